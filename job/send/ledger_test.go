package send_test

import (
	"errors"
	"iter"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"meetbatch/job"
	"meetbatch/job/pace"
	"meetbatch/job/send"
)

// failing is a recorder whose disk fails: when results are brought there, from the nth time on, or when invalid rows
// are.
type failing struct {
	memory
	syncsUntil int64
	rejects    error
	syncs      atomic.Int64
	onFailure  func()
}

func (f *failing) Sync() error {
	if f.syncs.Add(1) < f.syncsUntil {
		return nil
	}
	f.onFailure()
	return errFull
}

func (f *failing) Reject(iter.Seq2[job.Item, error]) error { return f.rejects }

// TestDiskFails: rows are not counted that did not come to the disk, and nothing goes out after it was found out.
func TestDiskFails(t *testing.T) {
	for _, syncs := range []int64{1, 2, 7} {
		synctest.Test(t, func(t *testing.T) {
			svc := &service{takes: 30 * time.Millisecond}
			var sent atomic.Int64
			rec := &failing{syncsUntil: syncs, onFailure: func() { svc.mu.Lock(); sent.Store(int64(len(svc.at))); svc.mu.Unlock() }}
			r := paced(pace.Settings{Rate: job.Rate{Requests: 97, Per: time.Second}}, &send.Runner{Sender: svc, Recorder: rec})
			if err := r.Run(t.Context(), t.Context(), manyAccounts(1000)); !errors.Is(err, errFull) {
				t.Fatalf("Run = %v, want %v", err, errFull)
			}
			synctest.Wait()
			if n := int64(len(svc.at)); n != sent.Load() {
				t.Errorf("%d requests before the disk failed, %d in all", sent.Load(), n)
			}
			recorded := int64(len(rec.outcomes))
			if counted := r.Counts.Of(job.Succeeded); counted > recorded || syncs == 1 && counted != 0 || syncs > 1 && counted == 0 {
				t.Errorf("sync %d fails: %d rows counted of %d recorded", syncs, counted, recorded)
			}
			if svc.flying != 0 {
				t.Errorf("%d requests are still in flight", svc.flying)
			}
		})
	}
}

// TestInvalidRowsCannotBeWritten: then nothing goes out at all.
func TestInvalidRowsCannotBeWritten(t *testing.T) {
	t.Parallel()
	svc := &service{}
	r := paced(pace.Settings{}, &send.Runner{Sender: svc, Recorder: &failing{rejects: errFull}})
	if err := r.Run(t.Context(), t.Context(), manyAccounts(3)); !errors.Is(err, errFull) || len(svc.at) != 0 {
		t.Errorf("Run = %v after %d requests, want %v and none", err, len(svc.at), errFull)
	}
}
