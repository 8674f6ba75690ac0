// Package words writes numbers, times and names as people read them, the same way in messages, reports and
// printed commands.
package words

import (
	"math"
	"strconv"
	"strings"
	"time"

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

// Roughly writes a duration with no more precision than anybody needs: 4h12m, 38s.
func Roughly(d time.Duration) string {
	switch {
	case d >= time.Hour:
		return strings.TrimSuffix(d.Round(time.Minute).String(), "0s")
	case d >= time.Second:
		return d.Round(time.Second).String()
	}
	return d.Round(time.Millisecond).String()
}

// Quoted makes a word safe to paste into a shell.
func Quoted(word string) string {
	plain := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-_./=:,@%+", r)
	}
	if word != "" && strings.TrimFunc(word, plain) == "" {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}
