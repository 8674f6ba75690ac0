package report_test

import (
	"fmt"
	"testing"

	"meetbatch/job"
	"meetbatch/report"
)

// TestEarlier: which entries a run carried out, and of which it is not known whether they are as wanted any more.
func TestEarlier(t *testing.T) {
	t.Parallel()
	doubt := job.Doubt{Kind: job.Unanswered, RequestID: "r0"}
	outcomes := func(op job.Operation) (all []job.Outcome) {
		for i, o := range []job.Outcome{
			{Status: job.Succeeded, RequestID: "r1", Attempts: 1},
			{Status: job.Skipped, RequestID: "r2"},
			{Status: job.Failed, RequestID: "r3", Attempts: 1},
			{Status: job.Failed, RequestID: "r4", Attempts: 2, Doubt: doubt},
			{Status: job.Unknown, RequestID: "r5", Attempts: 1},
			{Status: job.NotSent},
			{Status: job.NotSent, RequestID: "r7", Attempts: 1, Doubt: doubt},
		} {
			o.FinishedAt = noon
			o.Chunk = job.Chunk{Target: "1", Entries: []job.Entry{{ID: fmt.Sprint("e", i+1), Line: int64(i + 2)}}}
			all = append(all, o)
		}
		return all
	}
	for _, test := range []struct {
		name   string
		op, of job.Operation
		want   string
	}{
		{"the same operation", job.Reclaim, job.Reclaim, "e1=r1 e2=r2 e4= e5= e7= "},
		{"the operation that it undoes", job.Assign, job.Reclaim, "e1= e2= e4= e5= e7= "},
		{"the operation that undoes it", job.Reclaim, job.Assign, "e1= e2= e4= e5= e7= "},
		{"an operation with values", job.SetStatus, job.SetStatus, "e1=r1 e2=r2 e3= e4= e5= e7= "},
	} {
		d := create(t, test.of)
		settle(t, d, outcomes(test.of)...)
		err := d.Reject(func(yield func(job.Item, error) bool) { yield(job.Item{Line: 9, Account: "x", Invalid: "no"}, nil) })
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		for e, err := range report.Earlier(d.Path, test.op, test.of, nil) {
			if err != nil {
				t.Fatal(err)
			}
			entry, target := e.Value, e.Account
			if !test.of.PerAccount {
				entry, target = target, entry
			}
			if target != "1" || e.At != noon.UnixMilli() {
				t.Errorf("%s: %+v", test.name, e)
			}
			got += entry + "=" + e.RequestID + " "
		}
		if got != test.want {
			t.Errorf("%s: %s, want %s", test.name, got, test.want)
		}
		for range report.Earlier(d.Path, test.op, test.of, nil) {
			break // what reads it need not read it to its end
		}
	}

	n := 0
	for _, err := range report.Earlier(write(t, "line\n", ""), job.Reclaim, job.Reclaim, nil) {
		if n++; err == nil {
			t.Error("a table of other columns is no error")
		}
	}
	for range report.Earlier(t.TempDir(), job.Reclaim, job.Reclaim, nil) {
		n++
	}
	if n != 1 {
		t.Errorf("%d, want one error, and nothing of a run that has no results", n)
	}
}
