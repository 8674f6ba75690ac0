package cli

import (
	"fmt"

	"meetbatch/job"
)

// shownLines is how many rows of each kind are named; all are counted.
const shownLines = 10

// findings collects what is wrong with rows, by reason, so that the plan can tell it in a few lines.
type findings struct {
	file  string
	order []string
	kinds map[string]*finding
	doubt string // about the file as a whole; mostly empty
}

type finding struct {
	text  string
	count int64
	lines []int64
}

func newFindings(file string) *findings {
	return &findings{file: file, kinds: map[string]*finding{}}
}

func (f *findings) warn(it job.Item) {
	if it.Warning != "" {
		f.add(it.Warning+", sent all the same", it.Line)
	}
}

func (f *findings) invalid(it job.Item) { f.add("invalid: "+it.Invalid, it.Line) }

func (f *findings) add(text string, line int64) {
	kind := f.kinds[text]
	if kind == nil {
		kind = &finding{text: text}
		f.kinds[text] = kind
		f.order = append(f.order, text)
	}
	kind.count++
	if len(kind.lines) < shownLines {
		kind.lines = append(kind.lines, line)
	}
}

// show says one line for each kind, in the order in which they were found.
func (f *findings) show(say func(text string, attrs ...any)) {
	if f.doubt != "" {
		say(f.file + ": " + f.doubt)
	}
	for i, text := range f.order {
		if i == shownLines {
			say(fmt.Sprintf("%s: rows with %d further kinds of mistakes; results.csv will name them all", f.file, len(f.order)-i))
			return
		}
		kind := f.kinds[text]
		say(fmt.Sprintf("%s: %s: %s (%s)", f.file, text, plural(kind.count, "row"), lineList(kind.lines, kind.count)),
			"rows", kind.count, "first_line", kind.lines[0])
	}
}

func lineList(lines []int64, count int64) string {
	s := "line"
	if count > 1 {
		s += "s"
	}
	for i, line := range lines {
		if i > 0 {
			s += ","
		}
		s += fmt.Sprintf(" %d", line)
	}
	if more := count - int64(len(lines)); more > 0 {
		s += fmt.Sprintf(" and %s more", grouped(more))
	}
	return s
}
