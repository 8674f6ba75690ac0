package report

import "meetbatch/job"

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
	return d.journal(sent, attemptOf(id, query, 0), job.Answer{})
}

// Heard writes the journal's row for what came of a reading, which try of it that was included, from 1.
func (d *Dir) Heard(id, query string, attempt int, a job.Answer) error {
	d.mu.Lock()
	d.inFlight--
	if a.HTTPStatus == 0 && a.Unsent {
		d.readings--
	}
	d.mu.Unlock()
	return d.journal(answered, attemptOf(id, query, min(max(attempt, 1), 1<<15-1)), a)
}

// attemptOf gives a reading as the journal has it: an attempt without entries.
func attemptOf(id, query string, attempt int) job.Attempt {
	return job.Attempt{RequestID: id, Chunk: job.Chunk{Target: query}, Number: attempt}
}
