package report_test

import (
	"fmt"
	"testing"
	"time"

	"meetbatch/job"
)

// benchRequest is a request of 100 entries, its answer, and the outcome.
func benchRequest() (job.Attempt, job.Answer, job.Outcome) {
	chunk := job.Chunk{Target: "1"}
	for i := range job.MaxChunk {
		chunk.Entries = append(chunk.Entries, job.Entry{ID: fmt.Sprintf("user%07d@corp", i), Line: int64(i + 2)})
	}
	attempt := job.Attempt{RequestID: "0195e2a4-7c11-7d3a-9b1e-2f4c6a8d0e13", Chunk: chunk, Number: 1}
	answer := job.Answer{HTTPStatus: 200, ServerRequestID: "fdd5a0bde4a5f2f9a3c9aa30ab9a4bd2", Duration: 42 * time.Millisecond}
	return attempt, answer, job.Outcome{
		Chunk:      chunk,
		Status:     job.Succeeded,
		RequestID:  attempt.RequestID,
		Answer:     answer,
		Attempts:   1,
		FinishedAt: time.Date(2026, 3, 1, 0, 0, 0, 123_000_000, time.UTC),
	}
}

// BenchmarkSettle writes the results of a request of 100 entries.
func BenchmarkSettle(b *testing.B) {
	d := create(b, job.SetStatus)
	_, _, outcome := benchRequest()
	b.ReportAllocs()
	for b.Loop() {
		if err := d.Settle(outcome); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkRecord writes all that there is to write of a request of 100 entries, with one worker and with 64.
func BenchmarkRecord(b *testing.B) {
	attempt, answer, outcome := benchRequest()
	for _, workers := range []int{1, 64} {
		b.Run(fmt.Sprint(workers), func(b *testing.B) {
			d := create(b, job.SetStatus)
			b.ReportAllocs()
			b.SetParallelism(max(1, workers/2))
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					d.Sent(attempt)
					d.Answered(attempt, answer)
					if err := d.Settle(outcome); err != nil {
						b.Error(err)
					}
				}
			})
		})
	}
}
