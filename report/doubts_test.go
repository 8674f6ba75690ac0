package report_test

import (
	"errors"
	"flag"
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"meetbatch/job"
	"meetbatch/report"
)

func init() { flag.Set("rapid.checks", report.Mass("30", "100")) }

// TestPendingModel: however processes are killed and stopped, an entry that an unanswered request carried, and that has no
// result for good, is in doubt; and where it is said to be by one request alone, that request carried it and no other.
func TestPendingModel(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(draw *rapid.T) { checkPending(t, draw) })
}

// pendingModel is a run of many processes, and what its requests truly carried.
type pendingModel struct {
	draw    *rapid.T
	dir     *report.Dir
	left    []job.Entry        // that have no result for good
	carried map[int64][]string // by line: the requests of which nobody knows whether they were carried out
	n       int
}

func checkPending(t *testing.T, draw *rapid.T) {
	m := &pendingModel{draw: draw, dir: create(t, job.Reclaim), carried: map[int64][]string{}}
	for i := range rapid.IntRange(1, 12).Draw(draw, "entries") {
		m.left = append(m.left, job.Entry{ID: fmt.Sprint("e", i), Line: int64(i + 2)})
	}
	for range rapid.IntRange(1, 4).Draw(draw, "processes") {
		if err := errors.Join(m.process(), m.dir.Close()); err != nil {
			draw.Fatal(err)
		}
		past := open(t, m.dir.Path)
		of, err := past.Pending(each([]job.Chunk{{Target: "wei", Entries: m.left}}))
		if err != nil {
			draw.Fatal(err)
		}
		for _, e := range m.left {
			doubt, by := of(job.Chunk{Target: "wei", Entries: []job.Entry{e}}), m.carried[e.Line]
			if len(by) > 0 && doubt.Kind == job.NoDoubt || doubt.Kind == job.UnansweredBefore && !slices.Equal(by, []string{doubt.RequestID}) {
				draw.Fatalf("line %d is in doubt of kind %d by %s, and was carried by %q", e.Line, doubt.Kind, doubt.RequestID, by)
			}
		}
		m.dir = resume(t, past)
	}
	m.dir.Close()
}

// process sends chunks of what is left, part by part, until it is killed or stopped.
func (m *pendingModel) process() error {
	size := rapid.IntRange(1, 5).Draw(m.draw, "chunk")
	for chunk := range slices.Chunk(slices.Clone(m.left), size) {
		whole := true
		for len(chunk) > 0 {
			x := len(chunk)
			if !whole {
				x = rapid.IntRange(1, len(chunk)).Draw(m.draw, "part")
			}
			whole = false
			from := rapid.IntRange(0, len(chunk)-x).Draw(m.draw, "from") // an entry may go out alone from the middle
			if x > 1 {
				from = 0
			}
			status := rapid.SampledFrom([]job.Status{"", "again", job.NotSent, job.Failed, job.Unknown, "divided"}).Draw(m.draw, "fate")
			over, err := m.send(chunk[from:from+x], status)
			if over || err != nil {
				return err
			}
			if status == job.Failed || status == job.Unknown {
				chunk = slices.Delete(slices.Clone(chunk), from, from+x)
			}
		}
	}
	return nil
}

// send sends a request: of what becomes of it nothing is known when the process is killed; or it goes unanswered and is to
// be tried again; or it is not sent; or it settles its entries; or it is refused and will be divided.
func (m *pendingModel) send(entries []job.Entry, status job.Status) (over bool, err error) {
	m.n++
	o := outcome(status, fmt.Sprint("r", m.n), slices.Clone(entries)...)
	o.Answer = job.Answer{HTTPStatus: map[job.Status]int{job.NotSent: 503, job.Failed: 400, "divided": 400}[status]}
	a := job.Attempt{RequestID: o.RequestID, Chunk: o.Chunk, Number: 1}
	if err = m.dir.Sent(a); err != nil {
		return true, err
	}
	if status == "" || status == "again" || status == job.Unknown {
		for _, e := range entries {
			m.carried[e.Line] = append(m.carried[e.Line], o.RequestID)
		}
	}
	if status == "" {
		return true, nil
	}
	err = m.dir.Answered(a, o.Answer)
	if status != "again" && status != "divided" {
		err = errors.Join(err, m.dir.Settle(o))
	}
	if status == job.Failed || status == job.Unknown {
		m.left = slices.DeleteFunc(m.left, func(e job.Entry) bool {
			return slices.ContainsFunc(entries, func(o job.Entry) bool { return o.Line == e.Line })
		})
	}
	return status == job.NotSent, err
}
