// Package words writes numbers, times and names as people read them, the same way in messages, reports and
// printed commands.
package words

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/dustin/go-humanize"
)

// Number writes a number with its thousands apart: 1,000,000.
func Number(n int64) string { return humanize.Comma(n) }

// Rounded writes a number with three digits or more: 1.67, 6,750.
func Rounded(x float64) string {
	if x >= 100 {
		return Number(int64(math.Round(x)))
	}
	return strconv.FormatFloat(x, 'g', 3, 64)
}

// Plural writes a number and what it counts: 1 row, 2 rows.
func Plural(n int64, noun string) string {
	if n != 1 {
		noun += "s"
	}
	return Number(n) + " " + noun
}

// Listed joins names with commas, and a word before the last: reclaim, assign or status.
func Listed(names []string, word string) string {
	last := len(names) - 1
	if last < 1 {
		return strings.Join(names, "")
	}
	return strings.Join(names[:last], ", ") + " " + word + " " + names[last]
}

// Roughly writes a duration with no more precision than anybody needs: 23d 3h, 4h12m, 38s.
func Roughly(d time.Duration) string {
	const day = 24 * time.Hour
	switch {
	case d.Round(time.Minute) >= day:
		hours := int64(d.Round(time.Hour) / time.Hour)
		return fmt.Sprintf("%sd %dh", Number(hours/24), hours%24)
	case d >= time.Hour:
		return strings.TrimSuffix(d.Round(time.Minute).String(), "0s")
	case d >= time.Second:
		return d.Round(time.Second).String()
	}
	return d.Round(time.Millisecond).String()
}

// Shown gives a text of which everything shows: what does not print, such as ESC, a line end, a mark that turns the
// direction of writing or a byte that is no UTF-8, stands there as in a string of Go, \x1b. Blanks of all kinds stay.
func Shown(text string) string {
	if shows(text) {
		return text
	}
	var b strings.Builder
	for len(text) > 0 {
		_, size := utf8.DecodeRuneInString(text)
		c := text[:size]
		if !shows(c) {
			quoted := strconv.QuoteToGraphic(c)
			c = quoted[1 : len(quoted)-1]
		}
		b.WriteString(c)
		text = text[size:]
	}
	return b.String()
}

// Name gives the name of a file for a message: as it is, or in quotes where something of it does not show.
func Name(name string) string {
	if shows(name) {
		return name
	}
	return strconv.QuoteToGraphic(name)
}

func shows(text string) bool {
	return utf8.ValidString(text) && !strings.ContainsFunc(text, func(r rune) bool { return !strconv.IsGraphic(r) })
}
