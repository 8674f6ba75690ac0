package plan

import (
	"slices"

	"meetbatch/job"
)

// sifter divides the accounts of a part into what is to be sent, what was carried out earlier, and
// what contradicts itself.
type sifter struct {
	Plan // its counts, of this part

	settled func(int64) bool
	toSend  list
	toSkip  list
	skips   []group // of one entry each
	clashes []clash
	scratch packed
}

func (s *sifter) add(g *group, part grouped) {
	if !s.op.PerAccount && len(g.entries) > 1 {
		s.clashes = append(s.clashes, g.clashes()...)
		return
	}
	for _, e := range g.entries {
		s.Duplicates += int64(len(e.Duplicates))
	}
	entries := slices.DeleteFunc(g.entries, s.isSettled)
	if len(part.earlier) > 0 {
		entries = slices.DeleteFunc(entries, func(e job.Entry) bool { return s.skip(g.account, e, part) })
	}
	if len(entries) == 0 {
		return
	}
	s.Accounts++
	s.Entries += int64(len(entries))
	if s.op.PerAccount {
		s.Requests += requests(int64(len(entries)), s.size)
	} else {
		s.Values[entries[0].ID]++
	}
	g.entries = entries
	s.put(&s.toSend, *g)
}

// isSettled tells whether an entry needs nothing more, but for duplicates whose results are missing.
func (s *sifter) isSettled(e job.Entry) bool {
	if !s.settled(e.Line) {
		return false
	}
	if left := slices.DeleteFunc(e.Duplicates, s.settled); len(left) > 0 {
		s.Torn = append(s.Torn, job.Entry{ID: e.ID, Line: e.Line, Duplicates: left})
	}
	return true
}

// skip tells whether an entry was carried out earlier, and keeps by which request.
func (s *sifter) skip(account string, e job.Entry, part grouped) bool {
	by, is := part.carriedOut(s.op, account, e.ID)
	if !is {
		return false
	}
	s.SkippedRows += e.Rows()
	s.skips = append(s.skips, group{account: account, entries: []job.Entry{e}, requestID: by.RequestID, at: by.At})
	return true
}

func (s *sifter) put(sh *list, g group) {
	s.scratch = packGroup(s.scratch[:0], g)
	sh.memory = appendText(sh.memory, s.scratch)
}

// complete writes what does not come by line of itself.
func (s *sifter) complete() {
	slices.SortFunc(s.skips, func(a, b group) int { return int(a.entries[0].Line - b.entries[0].Line) })
	for _, g := range s.skips {
		s.put(&s.toSkip, g)
	}
	slices.SortFunc(s.clashes, func(a, b clash) int { return int(a.line - b.line) })
	for _, c := range s.clashes {
		if s.settled(c.line) {
			continue
		}
		s.InvalidRows++
		s.scratch = packItem(s.scratch[:0], c.item(s.op), 0) // contradicts is the first kind of all
		s.wrong.memory = appendText(s.wrong.memory, s.scratch)
	}
}
