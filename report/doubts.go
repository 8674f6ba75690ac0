package report

import (
	"cmp"
	"iter"
	"slices"

	"meetbatch/job"
)

// A doubt is one about entries of a target that have no result, the first so many from a line on.
type doubt struct {
	job.Doubt
	target  uint32
	line    int64
	entries int
}

// findDoubts finds the requests that may have been carried out, although rows of theirs have no result.
func (p *Past) findDoubts() error {
	lost := map[uint64]*requestTrace{}
	for _, t := range p.journal.lost() {
		lost[t.id] = &t
		p.starts[t.firstLine] = t.target
	}
	if len(lost) == 0 {
		return nil
	}
	_, err := requests.scan(p.Path, nil, func(rec *record[request]) error { // which gives their IDs
		r := &rec.row
		t := lost[idHash(r.attempt.RequestID)]
		if t == nil || r.event != sent {
			return nil
		}
		d := doubt{job.Doubt{Kind: job.UnansweredBefore, RequestID: r.attempt.RequestID}, t.target, t.firstLine, int(t.entries)}
		if t.status/100 == 2 {
			d.Kind = job.ResultLost
		}
		p.doubts = append(p.doubts, d)
		return nil
	})
	return untorn(err)
}

// Pending tells of a chunk why it may have been carried out already, as a whole or in part. It is asked for those that
// are to be sent, which chunks yields. Where a part of the records is lost, that goes for all.
func (p *Past) Pending(chunks iter.Seq2[job.Chunk, error]) (func(job.Chunk) job.Doubt, error) {
	type place struct {
		target uint32
		line   int64
	}
	pending, all := map[place]job.Doubt{}, job.Doubt{} // of entries
	if p.recordsLost {
		all.Kind = job.JournalLost
	}
	of := func(c job.Chunk) job.Doubt {
		target := textHash(c.Target)
		for _, e := range c.Entries {
			if d, is := pending[place{target, e.Line}]; is {
				return d
			}
		}
		return all
	}
	if len(p.doubts) == 0 {
		return of, nil
	}
	byTarget := map[uint32]*openDoubts{}
	slices.SortStableFunc(p.doubts, func(a, b doubt) int { return cmp.Compare(a.line, b.line) })
	for _, d := range p.doubts {
		o := byTarget[d.target]
		if o == nil {
			o = &openDoubts{lost: p.recordsLost}
			byTarget[d.target] = o
		}
		o.ahead = append(o.ahead, d)
		o.lost = o.lost || d.Kind == job.ResultLost
	}
	for chunk, err := range chunks {
		if err != nil {
			return nil, err
		}
		target := textHash(chunk.Target)
		o := byTarget[target]
		if o == nil {
			continue
		}
		for _, e := range chunk.Entries {
			if d := o.next(e.Line); d.Kind != job.NoDoubt {
				pending[place{target, e.Line}] = d
			}
		}
	}
	return of, nil
}

// openDoubts are those about the entries of a target, while these are gone through in the order of their lines.
type openDoubts struct {
	ahead []doubt // by line
	now   []doubt // that have begun; their entries are those that are left of them
	lost  bool    // results of the target: which request carried which entry is not sure then
}

// next tells of the next entry why it may have been carried out: by the request that carried the most of what is left.
// Where there were several, what is found of another entry of the one says nothing of the others.
func (o *openDoubts) next(line int64) (most job.Doubt) {
	for len(o.ahead) > 0 && o.ahead[0].line <= line {
		o.now, o.ahead = append(o.now, o.ahead[0]), o.ahead[1:]
	}
	entries, alone := 0, len(o.now) == 1 && !o.lost
	for i := range o.now {
		d := &o.now[i]
		if d.Kind == job.ResultLost && most.Kind != job.ResultLost || d.entries > entries && (d.Kind == job.ResultLost) == (most.Kind == job.ResultLost) {
			most, entries = d.Doubt, d.entries
		}
		d.entries--
	}
	o.now = slices.DeleteFunc(o.now, func(d doubt) bool { return d.entries == 0 })
	if most.Kind == job.UnansweredBefore && !alone {
		most.Kind = job.UnansweredAmong
	}
	return most
}
