package plan

import (
	"cmp"
	"slices"

	"meetbatch/job"
)

// section is what becomes of the rows of a partition: its part of a plan.
type section struct {
	tally   Tally
	torn    []job.Entry
	toSend  list // groups, by the line of their first entry
	skipped list // skips, by line
	invalid list // rows that contradict another, by line
}

func (s *section) lists() [3]*list { return [3]*list{&s.toSend, &s.skipped, &s.invalid} }

// skip is an entry that an earlier run carried out.
type skip struct {
	account   string
	entry     job.Entry // its ID is the value
	requestID string    // that carried it out
	at        int64     // when it did, Unix time in milliseconds
}

// sifter tells the entries of a partition apart: what is to be sent, what has a result, what was carried out
// earlier, and what contradicts itself.
type sifter struct {
	settings      *Settings
	history       *history
	contradicting int // the number of the reason for contradictions
	section       section
	skips         []skip
	contradictory []contradiction
	scratch       packed
}

// sift makes the section from the groups of a partition, whose packed rows have so many bytes.
func (s *sifter) sift(groups []group, size int) section {
	for i := range groups {
		s.decide(&groups[i])
	}
	s.putGroups(groups, size)
	s.putSkips()
	s.putContradictory()
	return s.section
}

func (s *sifter) putGroups(groups []group, size int) {
	groups = slices.DeleteFunc(groups, func(g group) bool { return len(g.entries) == 0 })
	// They stand in the order of their accounts' first rows, which may not be among those that are to be sent.
	slices.SortFunc(groups, func(a, b group) int { return cmp.Compare(a.entries[0].Line, b.entries[0].Line) })
	s.section.toSend.memory = make(packed, 0, size+size/8) // so that it need not grow, but for strange input
	for i := range groups {
		s.scratch = packGroup(s.scratch[:0], &groups[i])
		s.section.toSend.add(s.scratch)
	}
}

// decide leaves those entries in a group that are to be sent.
func (s *sifter) decide(g *group) {
	op, t := s.settings.Operation, &s.section.tally
	if !op.PerAccount && len(g.entries) > 1 {
		s.contradictory = append(s.contradictory, g.contradictions()...)
		g.entries = nil
		return
	}
	for _, e := range g.entries {
		t.Duplicates += int64(len(e.Duplicates))
	}
	g.entries = slices.DeleteFunc(g.entries, s.isSettled)
	if len(s.history.last) > 0 {
		g.entries = slices.DeleteFunc(g.entries, func(e job.Entry) bool { return s.isSkipped(g.account, e) })
	}
	n := int64(len(g.entries))
	if n == 0 {
		return
	}
	t.Accounts++
	t.Entries += n
	if op.PerAccount {
		t.Requests += requests(n, s.settings.Size)
	} else {
		t.addValue(g.entries[0].ID, 1)
	}
}

// isSettled tells whether an entry has a result. If some of its duplicates have none, it notes them as torn.
func (s *sifter) isSettled(e job.Entry) bool {
	if !s.settings.Settled(e.Line) {
		return false
	}
	if left := slices.DeleteFunc(e.Duplicates, s.settings.Settled); len(left) > 0 {
		s.section.torn = append(s.section.torn, job.Entry{ID: e.ID, Line: e.Line, Duplicates: left})
	}
	return true
}

// isSkipped tells whether an entry was carried out earlier, and notes it if so.
func (s *sifter) isSkipped(account string, e job.Entry) bool {
	by, is := s.history.carriedOut(account, e.ID)
	if is {
		s.section.tally.SkippedRows += e.Rows()
		s.skips = append(s.skips, skip{account, e, by.RequestID, by.At})
	}
	return is
}

func (s *sifter) putSkips() {
	slices.SortFunc(s.skips, func(a, b skip) int { return cmp.Compare(a.entry.Line, b.entry.Line) })
	for _, skip := range s.skips {
		s.scratch = packSkip(s.scratch[:0], skip)
		s.section.skipped.add(s.scratch)
	}
}

func (s *sifter) putContradictory() {
	slices.SortFunc(s.contradictory, func(a, b contradiction) int { return cmp.Compare(a.row.line, b.row.line) })
	for _, c := range s.contradictory {
		if s.settings.Settled(c.row.line) {
			continue
		}
		s.section.tally.InvalidRows++
		s.scratch = packInvalid(s.scratch[:0], c.row, s.contradicting, c.detail())
		s.section.invalid.add(s.scratch)
	}
}
