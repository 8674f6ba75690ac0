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
