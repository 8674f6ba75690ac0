package cli

import (
	"math"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/alecthomas/kong"
	"github.com/dustin/go-humanize"

	"meetbatch/reader"
	"meetbatch/report"
)

// grouped writes a number as people read it: 1,000,000.
func grouped(n int64) string { return humanize.Comma(n) }

// rounded writes a number with three digits or more: 1.67, 6,750.
func rounded(x float64) string {
	if x >= 100 {
		return grouped(int64(math.Round(x)))
	}
	return strconv.FormatFloat(x, 'g', 3, 64)
}

// plural writes a number and what it counts: 1 row, 2 rows.
func plural(n int64, noun string) string {
	if n != 1 {
		noun += "s"
	}
	return grouped(n) + " " + noun
}

// roughly writes a duration with no more precision than anybody needs: 4h12m, 38s.
func roughly(d time.Duration) string {
	switch {
	case d >= time.Hour:
		return strings.TrimSuffix(d.Round(time.Minute).String(), "0s")
	case d >= time.Second:
		return d.Round(time.Second).String()
	}
	return d.Round(time.Millisecond).String()
}

// nextCommand is the command line of the run again, on the rows that did not succeed: without what concerns
// the old file or the old directory, and with what those rows need.
func (r *run) nextCommand() string {
	drop := []string{"out", "until", "expect-rows", "limit"}
	var add []string
	if r.MaxInvalid.Exceeded(r.meta.Counts.Invalid, r.meta.Counts.Left()) {
		drop = append(drop, "max-invalid")
		add = append(add, "--max-invalid", "100%")
	}
	if r.encoding == reader.GB18030 { // which a few rows alone might not show
		drop = append(drop, "encoding")
		add = append(add, "--encoding", r.encoding)
	}
	return commandLine(r.model, r.meta.Arguments, r.dir.File(report.FailedFile), drop, add)
}

// commandLine writes the command line args again with another file, without some of the flags and with others.
func commandLine(model *kong.Application, args []string, file string, drop, add []string) string {
	if strings.HasPrefix(file, "-") {
		file = "./" + file
	}
	var words []string
	for _, name := range drop {
		variable := "MEETBATCH_" + strings.ToUpper(strings.ReplaceAll(name, "-", "_"))
		if os.Getenv(variable) != "" {
			words = append(words, variable+"=")
		}
	}
	words = append(words, model.Name)
	for i := 0; i < len(args); i++ {
		name, isFlag := strings.CutPrefix(args[i], "--")
		if isFlag && name == "" {
			continue // what follows is the file
		}
		if !isFlag {
			if i > 0 { // the command itself stands first
				words = append(words, quoted(file))
			} else {
				words = append(append(words, args[i]), add...)
			}
			continue
		}
		name, _, joined := strings.Cut(name, "=")
		option := args[i : i+1]
		if !joined && takesValue(model, name) && i+1 < len(args) {
			i++
			option = args[i-1 : i+1]
		}
		if slices.Contains(drop, name) {
			continue
		}
		for _, word := range option {
			words = append(words, quoted(word))
		}
	}
	return strings.Join(words, " ")
}

func takesValue(model *kong.Application, name string) bool {
	for _, command := range model.Children {
		for _, flag := range command.Flags {
			if flag.Name == name {
				return !flag.IsBool()
			}
		}
	}
	return false
}

// quoted makes a word safe to paste into a shell.
func quoted(word string) string {
	plain := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-_./=:,@%+", r)
	}
	if word != "" && strings.TrimFunc(word, plain) == "" {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}
