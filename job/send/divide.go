package send

import (
	"cmp"

	"meetbatch/job"
)

// division isolates the bad entries of one chunk: the search says how many entries a request carries, the division
// sends it and settles what that settles.
type division struct {
	search
	sending *sending
	chunk   job.Chunk
	rest    []task // an entry each: those whose fates are not recorded, in the order of the file
}

// divide sends a chunk's request, and settles all of its rows. A chunk goes out whole, however many entries are bad of
// late: the plan has counted this request, and where the bad ones stand together it costs least.
func (s *sending) divide(t *task) error {
	n := len(t.chunk.Entries)
	d := &division{search: newSearch(n), sending: s, chunk: t.chunk}
	if err := s.try(t); err != nil {
		return err
	}
	refused := t.verdict == divide || t.verdict == refuse
	doubtful := refused && t.inDoubt()
	if !doubtful {
		s.seen.take(0, n, t.verdict, t.answer)
	}
	if d.take(n, t.verdict); d.left == 0 && (t.verdict == done || t.earlier.Kind == job.NoDoubt) { // of all entries the same is known
		return s.settle(t.outcome())
	}
	d.rest = t.entries()
	s.assign(d.rest)
	if d.left == 0 {
		return d.record()
	}
	if doubtful {
		if err := d.resolve(); err != nil {
			return err
		}
	}
	for d.left > 0 {
		if err := d.step(); err != nil {
			return err
		}
	}
	return nil
}

// step settles an entry of which it is known that it is bad, or sends the next request.
func (d *division) step() error {
	seen, refusal := d.sending.seen, d.rest[0].answer
	if d.known == 1 && seen.proves(refusal, d.refused) {
		return d.deduce()
	}
	x := d.next(seen.share())
	part, err := d.try(0, x)
	if err != nil {
		return err
	}
	doubtful := part.verdict == divide && d.rest[0].inDoubt()
	if !doubtful {
		seen.take(d.known, x, part.verdict, part.answer)
	}
	if d.known == 1 && part.verdict == done { // it was to be the bad one
		seen.disprove(refusal)
	}
	d.take(x, part.verdict)
	if doubtful && x > 1 {
		return d.resolve()
	}
	return d.record()
}

// deduce settles the last entry of a refused request of which all others were carried out since. So the refusal was
// meant for this one: its rows get that answer, and the ID of that request, which was the last one to carry the entry.
// A request for the entry alone would say the same once more, and there would be one for every other bad entry.
func (d *division) deduce() error {
	d.known = 0
	d.settled(1)
	return d.record()
}

// try sends a request with x entries that are not settled. Attempts that failed by chance are not the division's: the
// search counts one request.
func (d *division) try(from, x int) (*task, error) {
	part := &task{chunk: d.chunk}
	part.chunk.Entries = d.chunk.Entries[len(d.chunk.Entries)-d.left+from:][:x]
	err := d.sending.try(part)
	for i := range d.rest[from:][:x] {
		d.rest[from+i].share(part)
	}
	return part, err
}

// record settles the rows of the entries that the search has settled since the last time.
func (d *division) record() error {
	fresh := d.rest[:len(d.rest)-d.left]
	if len(fresh) == 0 {
		return nil
	}
	d.rest = d.rest[len(fresh):]
	return d.sending.settle(outcomes(fresh)...)
}

func outcomes(tasks []task) []job.Outcome {
	list := make([]job.Outcome, len(tasks))
	for i := range tasks {
		list[i] = tasks[i].outcome()
	}
	return list
}

// entries gives a task for each entry. What came of the attempts so far came of each.
func (t *task) entries() []task {
	list := make([]task, len(t.chunk.Entries))
	for i := range list {
		list[i] = *t
		list[i].chunk.Entries = t.chunk.Entries[i : i+1]
	}
	return list
}

// share takes in what came of a request that carried the task's entry among others.
func (t *task) share(part *task) {
	t.verdict = part.verdict
	t.attempts += part.attempts
	t.unanswered = cmp.Or(part.unanswered, t.unanswered)
	if part.attempts > 0 || part.verdict == sold {
		t.requestID, t.answer = part.requestID, part.answer
	}
}
