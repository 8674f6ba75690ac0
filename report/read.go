package report

import (
	"time"

	"meetbatch/job"
)

// Asked writes the journal's row for a reading that is about to go out: a request that changes nothing, of which query is
// the path with what stands behind its question mark. Where anything could not be written before it fails too. Like Sent
// and Answered, Asked and Heard may be called at the same time.
func (d *Dir) Asked(id, query string) error {
	if err := d.results.log.failed(); err != nil {
		return err
	}
	d.mu.Lock()
	d.inFlight++
	d.readings++
	d.mu.Unlock()
	return d.journalReading(sent, id, query, 0, job.Answer{})
}

// Heard writes the journal's row for what came of a reading, which try of it that was included, from 1.
func (d *Dir) Heard(id, query string, attempt int, a job.Answer) error {
	d.mu.Lock()
	d.inFlight--
	if a.HTTPStatus == 0 && a.Unsent {
		d.readings--
	}
	d.mu.Unlock()
	return d.journalReading(answered, id, query, min(max(attempt, 1), 1<<15-1), a)
}

func (d *Dir) journalReading(event text, id, query string, attempt int, a job.Answer) error {
	b := d.buffer()
	defer d.buffers.Put(b)
	a.Code = codeOf(a)
	b.request = request{time: time.Now(), event: event, answer: a}
	b.request.attempt = job.Attempt{RequestID: id, Chunk: job.Chunk{Target: query}, Number: attempt}
	b.text = d.requests.table.append(b.text, &b.request)
	return d.requests.log.append(b.text)
}
