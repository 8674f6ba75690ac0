package job

import "slices"

// sorting divides the accounts of a part into what is to be sent, what was carried out earlier, and
// what contradicts itself.
type sorting struct {
	Plan // its counts, of this part

	settled func(int64) bool
	toSend  shelf
	toSkip  shelf
	skips   []group // of one entry each
	items   []Item  // of rows that contradict others
	scratch block
}

func (s *sorting) add(g group, part grouped) {
	if !s.op.PerAccount && len(g.entries) > 1 {
		s.items = append(s.items, contradictions(s.op, g)...)
		return
	}
	for _, e := range g.entries {
		s.Duplicates += int64(len(e.Duplicates))
	}
	entries := slices.DeleteFunc(g.entries, s.isSettled)
	if len(part.earlier) > 0 {
		entries = slices.DeleteFunc(entries, func(e Entry) bool { return s.skip(g.account, e, part) })
	}
	if len(entries) == 0 {
		return
	}
	s.Accounts++
	s.Entries += int64(len(entries))
	if s.op.PerAccount {
		s.Requests += ceilDiv(int64(len(entries)), int64(s.size))
	} else {
		s.Values[entries[0].ID]++
	}
	g.entries = entries
	s.put(&s.toSend, g)
}

// isSettled tells whether an entry needs nothing more, but for duplicates whose results are missing.
func (s *sorting) isSettled(e Entry) bool {
	if !s.settled(e.Line) {
		return false
	}
	if left := slices.DeleteFunc(e.Duplicates, s.settled); len(left) > 0 {
		s.Torn = append(s.Torn, Entry{ID: e.ID, Line: e.Line, Duplicates: left})
	}
	return true
}

// skip tells whether an entry was carried out earlier, and keeps by which request.
func (s *sorting) skip(account string, e Entry, part grouped) bool {
	requestID := part.carriedOut(s.op, account, e.ID)
	if requestID == "" {
		return false
	}
	s.SkippedRows += e.Rows()
	s.skips = append(s.skips, group{account: account, entries: []Entry{e}, requestID: requestID})
	return true
}

func (s *sorting) put(sh *shelf, g group) {
	s.scratch.setGroup(g)
	sh.loose.putText(string(s.scratch))
}

// complete writes what does not come by line of itself.
func (s *sorting) complete() {
	slices.SortFunc(s.skips, func(a, b group) int { return int(a.entries[0].Line - b.entries[0].Line) })
	for _, g := range s.skips {
		s.put(&s.toSkip, g)
	}
	slices.SortFunc(s.items, func(a, b Item) int { return int(a.Line - b.Line) })
	for _, it := range s.items {
		if s.settled(it.Line) {
			continue
		}
		s.InvalidRows++
		s.scratch.setItem(it, 0) // contradicts is the first kind of all
		s.wrong.loose.putText(string(s.scratch))
	}
}
