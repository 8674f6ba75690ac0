package page

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"meetbatch/internal/words"
)

// shownLength is how many characters of a value are shown: longer ones would make the page longer than it may be.
const shownLength = 64

// shown gives a text of somebody else's as it stands on the page: what does not show, or turns the direction of writing,
// stands there as \u202e.
func shown(text string) string { return shortened(text, shownLength) }

func shortened(text string, most int) string {
	if len(text) > 16*most { // more than can be shown, whatever it is
		text = strings.ToValidUTF8(text[:16*most], "")
	}
	text = words.Shown(text)
	if utf8.RuneCountInString(text) <= most {
		return text
	}
	return string([]rune(text)[:most-1]) + "…"
}

// share words a part of a whole in per cent. What is not all is never 100.0 %, and what is something never 0.0 %.
func share(part, whole int64) string {
	percent := 100 * float64(part) / float64(max(whole, 1))
	switch {
	case part == 0:
		return "–"
	case part == whole:
		return "100 %"
	case percent < 0.1:
		return "< 0.1 %"
	case percent > 99.9:
		return "> 99.9 %"
	}
	return fmt.Sprintf("%.1f %%", percent)
}

// length words a duration: 143 ms, 2.0 s, 45 s, 4 min 38 s, 2 h 5 min, 3 d 4 h.
func length(d time.Duration) string {
	two := func(a time.Duration, unit string, b time.Duration, rest string) string {
		if b == 0 {
			return fmt.Sprintf("%d %s", a, unit)
		}
		return fmt.Sprintf("%d %s %d %s", a, unit, b, rest)
	}
	switch {
	case d <= 0:
		return "0 s"
	case d < time.Second:
		return fmt.Sprintf("%d ms", max(1, d.Round(time.Millisecond).Milliseconds()))
	case d == time.Second:
		return "1 s"
	case d < 9950*time.Millisecond && d%time.Second != 0:
		return fmt.Sprintf("%.1f s", d.Seconds())
	}
	switch d = d.Round(time.Second); {
	case d < time.Minute:
		return fmt.Sprintf("%d s", d/time.Second)
	case d < time.Hour:
		return two(d/time.Minute, "min", d%time.Minute/time.Second, "s")
	case d < 48*time.Hour:
		return two(d/time.Hour, "h", d%time.Hour/time.Minute, "min")
	}
	return two(d/(24*time.Hour), "d", d%(24*time.Hour)/time.Hour, "h")
}

// size words how many bytes a file has.
func size(n int64) string {
	switch {
	case n < 1000:
		return fmt.Sprintf("%d B", n)
	case n < 1000_000:
		return fmt.Sprintf("%d kB", (n+500)/1000)
	}
	return fmt.Sprintf("%.1f MB", float64(n)/1e6)
}

// rows words a number of rows.
func rows(n int64) string { return words.Plural(n, "row") }

// list joins what is there with commas, and "and" before the last.
func list(parts ...string) string {
	return words.Listed(slices.DeleteFunc(parts, func(part string) bool { return part == "" }), "and")
}

// count words a number of rows of a fate; empty where there are none.
func count(n int64, fate string) string {
	if n == 0 {
		return ""
	}
	return words.Number(n) + " " + fate
}
