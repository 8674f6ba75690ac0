package plan_test

import (
	"slices"
	"strings"

	"pgregory.net/rapid"

	"meetbatch/job"
	"meetbatch/job/plan"
)

// planCase is what a plan is made of.
type planCase struct {
	op      job.Operation
	size    int
	its     []job.Item
	settled map[int64]bool
	earlier []job.Earlier
}

func drawCase(t *rapid.T) planCase {
	c := planCase{settled: map[int64]bool{}}
	c.op = rapid.SampledFrom(job.Operations()).Draw(t, "operation")
	if c.op.MostPerAccount > 0 {
		c.op.MostPerAccount = rapid.IntRange(1, 5).Draw(t, "most per account") // few enough to be exceeded
	}
	c.size = rapid.IntRange(1, 7).Draw(t, "size")
	account := rapid.SampledFrom([]string{"a", "b", "c", "d", "e", "张伟", "f g", ""})
	value := rapid.StringMatching(`[01]{1,3}`)
	resumed := rapid.Bool().Draw(t, "resumed")
	line := int64(1)
	c.its = rapid.SliceOfN(rapid.Custom(func(t *rapid.T) job.Item {
		line += rapid.Int64Range(1, 3).Draw(t, "step")
		it := job.Item{Line: line, Account: account.Draw(t, "account"), Value: value.Draw(t, "value")}
		if rapid.IntRange(0, 9).Draw(t, "invalid") == 0 {
			it.Invalid = "wrong"
		}
		if resumed && rapid.IntRange(0, 3).Draw(t, "settled") == 0 {
			c.settled[line] = true
		}
		return it
	}), 0, 60).Draw(t, "items")
	c.earlier = rapid.SliceOfN(rapid.Custom(func(t *rapid.T) job.Earlier {
		return job.Earlier{
			Account:   account.Draw(t, "account"),
			Value:     value.Draw(t, "value"),
			RequestID: rapid.SampledFrom([]string{"first", "second", ""}).Draw(t, "request"),
			At:        rapid.Int64Range(-1, 3).Draw(t, "at"),
		}
	}), 0, 10).Draw(t, "earlier")
	return c
}

// fate is what a plan does with a row.
type fate struct{ what, target, entry string }

func (c planCase) sent(it job.Item) fate {
	if c.op.PerAccount {
		return fate{"sent", it.Account, it.Value}
	}
	return fate{"sent", it.Value, it.Account}
}

// fates says for each line what is to be done, and nothing for a row that has a result.
func (c planCase) fates() map[int64]fate {
	first := c.firsts()
	fates := map[int64]fate{}
	for _, it := range c.its {
		f := c.sent(it)
		invalid := it.Invalid != "" || c.contradictory(it.Account) || c.beyond(it)
		entrySettled := !invalid && c.settled[first[f]]
		request := c.carriedOut(it.Account, it.Value)
		switch {
		case c.settled[it.Line] && (invalid || entrySettled):
			continue
		case invalid:
			f = fate{what: "invalid"}
		case entrySettled:
			f = fate{what: "torn"}
		case request != "":
			f.what = "skipped by " + request
		}
		fates[it.Line] = f
	}
	return fates
}

// firsts gives the first row of each entry.
func (c planCase) firsts() map[fate]int64 {
	first := map[fate]int64{}
	for _, it := range slices.Backward(c.its) {
		if it.Invalid == "" {
			first[c.sent(it)] = it.Line
		}
	}
	return first
}

// contradictory tells whether valid rows give an account several values although it can have only one.
func (c planCase) contradictory(account string) bool {
	values := map[string]bool{}
	for _, it := range c.its {
		if it.Account == account && it.Invalid == "" {
			values[it.Value] = true
		}
	}
	return !c.op.PerAccount && len(values) > 1
}

// beyond tells whether a row asks for more than its account can have: what it has from earlier runs takes its place first,
// and then the values of valid rows do, each where it stands first.
func (c planCase) beyond(it job.Item) bool {
	if c.op.MostPerAccount == 0 || c.carriedOut(it.Account, it.Value) != "" {
		return false
	}
	has, before := map[string]bool{}, map[string]bool{}
	reached := false
	for _, other := range c.its {
		if other.Account != it.Account || other.Invalid != "" {
			continue
		}
		reached = reached || other.Value == it.Value
		switch {
		case c.carriedOut(other.Account, other.Value) != "":
			has[other.Value] = true
		case !reached:
			before[other.Value] = true
		}
	}
	return len(has)+len(before) >= c.op.MostPerAccount
}

// carriedOut is the earlier request that left an account as a row wants it, or nothing.
func (c planCase) carriedOut(account, value string) string {
	var last job.Earlier
	known := false
	for _, e := range c.earlier {
		same := e.Account == account && (e.Value == value || !c.op.PerAccount)
		if same && (!known || e.At >= last.At) {
			last, known = e, true
		}
	}
	if last.Value != value {
		return ""
	}
	return last.RequestID
}

// tally counts what the fates say.
func (c planCase) tally() plan.Tally {
	want := plan.Tally{Rows: int64(len(c.its)), Values: map[string]int64{}}
	entries, accounts, perTarget := map[fate]bool{}, map[string]bool{}, map[string]int64{}
	fates := c.fates()
	for _, it := range c.its {
		switch f := fates[it.Line]; {
		case f.what == "invalid":
			want.InvalidRows++
		case strings.HasPrefix(f.what, "skipped"):
			want.SkippedRows++
		case f.what == "sent" && !entries[f]:
			entries[f], accounts[it.Account] = true, true
			perTarget[f.target]++
		}
		if it.Invalid == "" && !c.contradictory(it.Account) && !c.beyond(it) && c.firsts()[c.sent(it)] != it.Line {
			want.Duplicates++
		}
	}
	want.Accounts, want.Entries = int64(len(accounts)), int64(len(entries))
	for target, n := range perTarget {
		want.Requests += (n + int64(c.size) - 1) / int64(c.size)
		if !c.op.PerAccount {
			want.Values[target] = n
		}
	}
	return want
}
