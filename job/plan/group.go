package plan

import (
	"fmt"
	"slices"

	"meetbatch/job"
)

// group is what the rows of one account ask for: its entries, in the order of their first rows. Whatever the
// operation, their IDs are values.
type group struct {
	account string
	entries []job.Entry
	index   map[string]int // of entries by ID, as soon as there are many
	rows    int            // of all entries, while they are added
}

// fewEntries is up to how many entries are looked through one by one; most accounts have no more.
const fewEntries = 16

// add takes a row; one that repeats another joins that one's entry.
func (g *group) add(it job.Item) {
	g.rows++
	at, known := g.index[it.Value]
	if g.index == nil {
		at = slices.IndexFunc(g.entries, func(e job.Entry) bool { return e.ID == it.Value })
		known = at >= 0
	}
	if known {
		g.entries[at].Duplicates = append(g.entries[at].Duplicates, it.Line)
		return
	}
	g.entries = append(g.entries, job.Entry{ID: it.Value, Line: it.Line})
	if len(g.entries) <= fewEntries {
		return
	}
	if g.index == nil {
		g.index = make(map[string]int, 2*len(g.entries))
	}
	for i := len(g.index); i < len(g.entries); i++ { // all of them at first, then the new one
		g.index[g.entries[i].ID] = i
	}
}

// history is what earlier runs did last to the accounts of a partition.
type history map[place]job.Earlier

// place is where in an account only what was done last counts. For an operation per account, each room is a
// place of its own. For others the account as a whole is one, since a new status takes the place of the one
// before, and room is empty.
type place struct{ account, room string }

func placeOf(op *job.Operation, account, value string) place {
	if op.PerAccount {
		return place{account, value}
	}
	return place{account, ""}
}

// skip is an entry about which nothing is to be done.
type skip struct {
	account   string
	entry     job.Entry // its ID is the value
	requestID string    // that carried it out in an earlier run
	why       string    // what else is the reason
	at        int64     // when it did, Unix time in milliseconds
}

// carriedOut gives what was done to an entry last, and tells whether that left it as it is asked for.
func (h history) carriedOut(op *job.Operation, account, value string) (did job.Earlier, is bool) {
	did = h[placeOf(op, account, value)]
	return did, did.Value == value && did.Stands()
}

// aside is a row that cannot be sent because of others of its account; ofGroup is the reason. There can be many in memory,
// so that it has no more than it takes.
type aside struct {
	line                   int64
	account, value, detail string
}

// section is what becomes of the rows of a partition, or of a part of one: its share in a plan.
type section struct {
	tally   Tally
	torn    []job.Entry
	toSend  []group
	skipped []skip
	invalid []aside

	elsewhere int64 // invalid rows of other shards

	alike, apart Spellings
}

// add decides what becomes of the entries of a group, given what earlier runs did to its account.
func (s *section) add(g group, settings *Settings, past history) {
	op := &settings.Operation
	if !op.PerAccount && len(g.entries) > 1 {
		s.contradictory(g, settings.Settled)
		return
	}
	if op.MostPerAccount > 0 && len(g.entries) > op.MostPerAccount {
		g.entries = s.cut(g, settings, past)
	}
	left := g.entries[:0]
	for _, e := range g.entries {
		s.tally.Duplicates += int64(len(e.Duplicates))
		if settings.Settled(e.Line) {
			if open := slices.DeleteFunc(e.Duplicates, settings.Settled); len(open) > 0 {
				s.torn = append(s.torn, job.Entry{ID: e.ID, Line: e.Line, Duplicates: open})
			}
		} else if did, is := past.carriedOut(op, g.account, e.ID); is {
			s.tally.SkippedRows += e.Rows()
			s.skipped = append(s.skipped, skip{g.account, e, did.RequestID, did.Why, did.At})
		} else {
			left = append(left, e)
		}
	}
	g.entries = left
	n := int64(len(left))
	if n == 0 {
		return
	}
	s.toSend = append(s.toSend, g)
	s.tally.Accounts++
	s.tally.Entries += n
	if op.PerAccount {
		s.tally.Requests += requests(n, settings.Size)
	} else {
		s.tally.Values[left[0].ID]++
	}
}

// contradictory sets a group aside that gives its account several values, although that can have only one. Which of
// them is meant cannot be known, so that none of its rows is sent.
func (s *section) contradictory(g group, settled func(line int64) bool) {
	for i, e := range g.entries {
		other := g.entries[0]
		if i == 0 {
			other = g.entries[1]
		}
		s.setAside(g.account, e, fmt.Sprintf("%s on line %d", other.ID, other.Line), settled)
	}
}

// cut sets aside what is beyond the entries that the group's account can have, and gives what is left. Those that an earlier
// run carried out come first, since the account has them, and then the others in the order of their first rows, also
// where these have a result: whenever the plan is made again, it cuts the same ones.
func (s *section) cut(g group, settings *Settings, past history) []job.Entry {
	op := &settings.Operation
	has := func(e job.Entry) bool { _, is := past.carriedOut(op, g.account, e.ID); return is }
	places := op.MostPerAccount
	for _, e := range g.entries {
		if has(e) {
			places--
		}
	}
	beyond := fmt.Sprintf("%d are asked for", len(g.entries))
	left := g.entries[:0]
	for _, e := range g.entries {
		if !has(e) {
			if places--; places < 0 {
				s.setAside(g.account, e, beyond, settings.Settled)
				continue
			}
		}
		left = append(left, e)
	}
	return left
}

// setAside makes the rows of an entry invalid because of others of their account.
func (s *section) setAside(account string, e job.Entry, detail string, settled func(line int64) bool) {
	for _, line := range append([]int64{e.Line}, e.Duplicates...) {
		if !settled(line) {
			s.tally.InvalidRows++
			s.invalid = append(s.invalid, aside{line, account, e.ID, detail})
		}
	}
}
