package job_test

import (
	"testing"

	"meetbatch/job"
)

// TestWeigh: only what is not as wanted, and can be made so, is to be changed.
func TestWeigh(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		op    job.Operation
		state job.State
		value string
		want  job.Change
	}{
		{job.Reclaim, job.Held, "room", job.ToChange},
		{job.Reclaim, job.Free, "room", job.IsSo},
		{job.Reclaim, job.Other, "room", job.Impossible},
		{job.Reclaim, job.Gone, "room", job.Impossible},
		{job.Reclaim, job.Unread, "room", job.Perhaps},
		{job.Assign, job.Free, "room", job.ToChange},
		{job.Assign, job.Held, "room", job.IsSo},
		{job.Assign, job.Other, "room", job.Impossible},
		{job.Assign, job.Gone, "room", job.Impossible},
		{job.Assign, job.Unread, "room", job.Perhaps},
		{job.SetStatus, "0", "1", job.ToChange},
		{job.SetStatus, "1", "1", job.IsSo},
		{job.SetStatus, "0", "0", job.IsSo},
		{job.SetStatus, job.Gone, "0", job.Impossible},
		{job.SetStatus, job.Unread, "0", job.Perhaps},
	} {
		if got := test.op.Weigh(test.state, test.value); got != test.want {
			t.Errorf("%s of %q to %s: %d, want %d", test.op.Name, test.state, test.value, got, test.want)
		}
	}
}

// TestUndoes: what undoes an operation is undone by it, and takes its entries as that leaves them.
func TestUndoes(t *testing.T) {
	t.Parallel()
	byName := map[string]job.Operation{}
	for _, op := range job.Operations() {
		byName[op.Name] = op
	}
	for _, op := range job.Operations() {
		if op.Undoes == "" {
			continue
		}
		other := byName[op.Undoes]
		if other.Undoes != op.Name || other.Takes != op.Makes || other.Makes != op.Takes || other.Column != op.Column || other.PerAccount != op.PerAccount {
			t.Errorf("%s does not undo %s", other.Name, op.Name)
		}
	}
}
