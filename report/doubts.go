package report

import (
	"cmp"
	"iter"
	"slices"

	"meetbatch/job"
)

// A doubt is one about entries of a target that have no result for good. A request carries those that stand first, from a
// line on, of the entries that had none when it went out: so many of those that have none now, and of those that were
// settled since.
type doubt struct {
	job.Doubt
	target  uint32
	line    int64
	entries int
	sent    uint32  // the place of its request in the journal
	loose   bool    // it is not sure that it carried each of the entries that it may have carried
	since   []int64 // the first lines from its own on, in order, of entries that were settled since
}

// settledSince notes that an entry of the target was settled after the request went out, or by it.
func (d *doubt) settledSince(line int64) {
	if at, _ := slices.BinarySearch(d.since, line); line >= d.line && at < d.entries {
		d.since = slices.Insert(d.since, at, line)
		d.since = d.since[:min(len(d.since), d.entries)]
	}
}

// findDoubts finds the requests that may have been carried out, although rows of theirs have no result for good.
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
		d := doubt{job.Doubt{Kind: job.UnansweredBefore, RequestID: r.attempt.RequestID}, t.target, t.firstLine, int(t.entries), t.at, false, nil}
		if t.status/100 == 2 {
			d.Kind = job.ResultLost
		}
		p.doubts = append(p.doubts, d)
		return nil
	})
	if err := untorn(err); err != nil {
		return err
	}
	return p.findSettledSince()
}

// findSettledSince finds what was settled since the requests that are in doubt went out. An entry is settled under the
// last request that carried it.
func (p *Past) findSettledSince() error {
	byTarget := map[uint32][]*doubt{}
	for i := range p.doubts {
		d := &p.doubts[i]
		byTarget[d.target] = append(byTarget[d.target], d)
	}
	_, err := results(p.Operation).scan(p.Path, nil, func(rec *record[Result]) error {
		r := &rec.row
		if rec.bad != nil || r.DuplicateOf != 0 || r.Status == job.NotSent || r.Status == job.Invalid || r.Status == job.Skipped {
			return nil
		}
		doubts := byTarget[textHash(p.Operation.Target(r.Account, r.Value))]
		if len(doubts) == 0 {
			return nil
		}
		t := p.journal.find(r.RequestID)
		for _, d := range doubts {
			switch {
			case t != nil && t.at >= d.sent:
				d.settledSince(r.Line)
			case t == nil: // no request settled it: nobody knows when that was
				d.loose = true
			}
		}
		return nil
	})
	return untorn(err)
}

// cut is how many requests the journal may lack at its end: none, unless the machine was cut off while the run was under
// way. Those are gone then that were not brought to the disk yet, which happens several times a second.
func (r *Run) cut() int {
	if r.State != Running || len(r.Sessions) == 0 || !r.restarted() {
		return 0
	}
	last := r.Sessions[len(r.Sessions)-1]
	workers := last.Workers
	for _, c := range last.Changes {
		workers = max(workers, c.Workers)
	}
	return workers + r.Rate.MostPerSecond
}

// Pending tells of a chunk why it may have been carried out already, as a whole or in part. It is asked for those that
// are to be sent, which chunks yields in their order. Where a part of the records is lost, that goes for all, and where it is
// their end for the first of them.
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
	if len(p.doubts) == 0 && p.cut == 0 {
		return of, nil
	}
	byTarget, cut := p.openByTarget(), p.cut
	for chunk, err := range chunks {
		if err != nil {
			return nil, err
		}
		target := textHash(chunk.Target)
		o := byTarget[target]
		for _, e := range chunk.Entries {
			var d job.Doubt
			if cut > 0 {
				d.Kind = job.JournalLost
			}
			if o != nil {
				d = cmp.Or(o.next(e.Line), d)
			}
			if d.Kind != job.NoDoubt {
				pending[place{target, e.Line}] = d
			}
		}
		if !slices.ContainsFunc(chunk.Entries, func(e job.Entry) bool { return p.Tried(e.Line) }) { // which is sent last
			cut--
		}
		if cut <= 0 && len(p.doubts) == 0 {
			break
		}
	}
	return of, nil
}

// openByTarget divides the doubts by the target of their requests, each part in the order of the file.
func (p *Past) openByTarget() map[uint32]*openDoubts {
	byTarget := map[uint32]*openDoubts{}
	slices.SortStableFunc(p.doubts, func(a, b doubt) int { return cmp.Compare(a.line, b.line) })
	for _, d := range p.doubts {
		o := byTarget[d.target]
		if o == nil {
			o = &openDoubts{}
			byTarget[d.target] = o
		}
		o.ahead = append(o.ahead, d)
	}
	for _, o := range byTarget {
		o.loosen(p.recordsLost)
	}
	return byTarget
}

// openDoubts are those about the entries of a target, while these are gone through in the order of their lines.
type openDoubts struct {
	ahead []doubt // by line
	now   []doubt // that have begun; their entries are those that are left of them
}

// loosen takes into account that results are gone. What was settled by one of them before a request went out was not in
// that, so that it may have carried as many entries that stand further behind.
func (o *openDoubts) loosen(recordsLost bool) {
	lost := slices.DeleteFunc(slices.Clone(o.ahead), func(d doubt) bool { return d.Kind != job.ResultLost })
	for i := range o.ahead {
		d := &o.ahead[i]
		d.loose = d.loose || recordsLost || len(lost) > 0
		for _, other := range lost {
			if other.sent < d.sent && other.line > d.line {
				d.entries += other.entries
			}
		}
	}
}

// next tells of the next entry why it may have been carried out: by the request that carried the most of what is left.
// Where there were several, what is found of another entry of the one says nothing of the others; nor does it where it is
// not sure that the one carried both.
func (o *openDoubts) next(line int64) (most job.Doubt) {
	for len(o.ahead) > 0 && o.ahead[0].line <= line {
		o.now, o.ahead = append(o.now, o.ahead[0]), o.ahead[1:]
	}
	for i := range o.now {
		for d := &o.now[i]; len(d.since) > 0 && d.since[0] < line; d.since = d.since[1:] {
			d.entries--
		}
	}
	o.now = slices.DeleteFunc(o.now, func(d doubt) bool { return d.entries <= 0 })
	entries, alone := 0, len(o.now) == 1
	for i := range o.now {
		d := &o.now[i]
		if d.Kind == job.ResultLost && most.Kind != job.ResultLost || d.entries > entries && (d.Kind == job.ResultLost) == (most.Kind == job.ResultLost) {
			most, entries = d.Doubt, d.entries
		}
		alone = alone && !d.loose
		d.entries--
	}
	if most.Kind == job.UnansweredBefore && !alone {
		most.Kind = job.UnansweredAmong
	}
	return most
}
