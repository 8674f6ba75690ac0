package report

import (
	"cmp"
	"fmt"
	"slices"

	"meetbatch/job"
)

// A requestTrace is what the journal tells of a request, in a few bytes: a run may have millions of them. IDs, targets and codes
// are hashes, which is enough to tell whether two files say the same.
type requestTrace struct {
	id        uint64
	firstLine int64
	target    uint32
	code      uint32 // the error code of the answer
	status    int16  // its HTTP status; 0: there was none
	attempt   int16
	entries   uint8
	at        uint32 // its place among the requests, in the order in which they went out
	rows      uint8  // how many results name it, less those of duplicates
	final     uint8  // how many of these settle a row for good: one that was not sent is settled anew
	answered  bool   // there is a row for what came of it
	unsent    bool   // which says that it never left
	acted     bool   // which leaves it possible that it was carried out
}

// maybeDone tells whether it may have been carried out, as far as the answer says.
func (t *requestTrace) maybeDone() bool {
	return !t.reading() && (!t.answered || t.acted)
}

// reading tells whether it changes nothing, and so is about no row.
func (t *requestTrace) reading() bool { return t.entries == 0 }

// same tells whether two rows are about one request, before anything is known of its answer.
func (t requestTrace) same(other requestTrace) bool {
	other.at = t.at
	return t == other
}

// A journal is what requests.csv tells of all requests.
type journal struct {
	table  tableFile[request]
	traces []requestTrace // by ID, when it is read
	open   map[uint64]int // where those without an answer stand, while it is read

	latency   Latency // of the answers
	throttled int64   // answers that said that the rate was too high
}

// bytesPerRequest is about how many bytes the two rows of a request take.
const bytesPerRequest = 240

// take takes a row in.
func (j *journal) take(r *request, lastLine int64) error {
	id := idHash(r.attempt.RequestID)
	t := requestTrace{id: id, firstLine: r.firstLine, target: textHash(r.attempt.Chunk.Target), attempt: int16(r.attempt.Number), entries: uint8(r.entries)}
	at, open := j.open[id]
	reading := r.entries == 0
	if reading {
		t.attempt = 0 // which stands in the answer's row alone
	}
	switch {
	case r.event != sent && r.event != answered:
		return fmt.Errorf("event is %q", string(r.event))
	case r.firstLine > lastLine:
		return fmt.Errorf("request %s is about line %d, and the last row of the input begins on line %d", r.attempt.RequestID, r.firstLine, lastLine)
	case reading && (r.firstLine != 0 || r.attempt.Chunk.Target == "" || r.event == answered && (r.attempt.Number < 1 || r.attempt.Number > 1<<15-1)):
		return fmt.Errorf("request %s has no entries, and is no reading: it is about line %d or of no try", r.attempt.RequestID, r.firstLine)
	case reading:
	case r.firstLine == 0:
		return fmt.Errorf("first_line is %q", "")
	case r.entries < 1 || r.entries > job.MaxChunk || r.attempt.Number < 1 || r.attempt.Number > 1<<15-1:
		return fmt.Errorf("request %s has %d entries, and is attempt %d", r.attempt.RequestID, r.entries, r.attempt.Number)
	}
	switch {
	case r.event == sent && open:
		return fmt.Errorf("request %s was sent twice", r.attempt.RequestID)
	case r.event == sent:
		j.open[id], t.at = len(j.traces), uint32(len(j.traces))
		j.traces = append(j.traces, t)
		return nil
	case !open:
		return fmt.Errorf("request %s was answered, but not sent", r.attempt.RequestID)
	case !j.traces[at].same(t):
		return fmt.Errorf("request %s was answered as another one than was sent", r.attempt.RequestID)
	}
	delete(j.open, id)
	j.traces[at].answered, j.traces[at].status, j.traces[at].code = true, int16(r.answer.HTTPStatus), textHash(r.answer.Code)
	j.traces[at].unsent = r.neverLeft()
	if r.answer.HTTPStatus != 0 && !reading {
		j.latency.Add(r.answer.Duration)
	}
	if r.answer.Kind() == job.Throttled {
		j.throttled++
	}
	j.traces[at].acted = !r.neverLeft() && r.answer.MayHaveActed()
	return nil
}

// close makes the journal ready for find, when all of it was taken in.
func (j *journal) close() error {
	slices.SortFunc(j.traces, func(a, b requestTrace) int { return cmp.Compare(a.id, b.id) })
	for i := 1; i < len(j.traces); i++ {
		if j.traces[i].id == j.traces[i-1].id {
			return fmt.Errorf("%s: the request about line %d was sent twice under one ID", RequestsFile, max(j.traces[i].firstLine, j.traces[i-1].firstLine))
		}
	}
	return nil
}

// sent counts the requests, and the readings by themselves: what never left is none.
func (j *journal) sent() (n, readings int64) {
	for i := range j.traces {
		switch t := &j.traces[i]; {
		case t.unsent:
		case t.reading():
			readings++
		default:
			n++
		}
	}
	return n, readings
}

// find gives what there is of a request; nil: nothing. It stays as it is until the next row is taken in.
func (j *journal) find(id string) *requestTrace {
	at, known := slices.BinarySearchFunc(j.traces, idHash(id), func(t requestTrace, id uint64) int { return cmp.Compare(t.id, id) })
	if !known {
		return nil
	}
	return &j.traces[at]
}

// lost lists requests that may have been carried out, of which not every entry has a result for good: whatever of them
// has none now is in doubt. Where another request for the same entries has the results of all of them, it is not.
func (j *journal) lost() (lost []requestTrace) {
	type place struct {
		line   int64
		target uint32
	}
	settled := map[place]uint8{} // how many entries have a result for good, for sure, from there on
	for _, t := range j.traces {
		if t.maybeDone() && t.final < t.entries {
			lost = append(lost, t)
			settled[place{t.firstLine, t.target}] = 0
		}
	}
	if len(lost) == 0 {
		return nil
	}
	for _, t := range j.traces {
		at := place{t.firstLine, t.target}
		if n, asked := settled[at]; asked && t.final == t.entries {
			settled[at] = max(n, t.entries)
		}
	}
	return slices.DeleteFunc(lost, func(t requestTrace) bool { return settled[place{t.firstLine, t.target}] >= t.entries })
}
