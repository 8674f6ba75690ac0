package run

import "meetbatch/job"

// Findings collects what is wrong with rows, by reason, so that a plan can tell it in a few lines.
type Findings struct {
	Doubt string // about the file as a whole; mostly empty
	Kinds []*Finding
	byWhy map[string]*Finding
}

// Finding is what is wrong with some rows.
type Finding struct {
	Why   string
	Count int64   // of the rows
	Lines []int64 // of the first of them
}

// keptLines is how many rows of each kind are named; all are counted.
const keptLines = 10

func (f *Findings) warn(it job.Item) {
	if it.Warning != "" {
		f.add(it.Warning+", sent all the same", it.Line)
	}
}

func (f *Findings) invalid(it job.Item) { f.add("invalid: "+it.Invalid, it.Line) }

func (f *Findings) add(why string, line int64) {
	kind := f.byWhy[why]
	if kind == nil {
		kind = &Finding{Why: why}
		if f.byWhy == nil {
			f.byWhy = map[string]*Finding{}
		}
		f.byWhy[why] = kind
		f.Kinds = append(f.Kinds, kind)
	}
	kind.Count++
	if len(kind.Lines) < keptLines {
		kind.Lines = append(kind.Lines, line)
	}
}
