package report_test

import (
	"fmt"
	"log"
	"os"
	"path/filepath"
	"time"

	"meetbatch/job"
	"meetbatch/report"
)

// A request for two rooms of an account is written down before it goes out and when it is answered, and then what became
// of the rows; the room of the first is asked for on line 5 once more.
func ExampleDir() {
	base, err := os.MkdirTemp("", "")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(base)

	dir, err := report.Begin(filepath.Join(base, "runs", "monday"), job.Reclaim)
	if err != nil {
		log.Fatal(err)
	}
	attempt := job.Attempt{
		RequestID: "6a1c8e52-0f35-4f0e-9a51-f1f0b7c2d3e4",
		Number:    1,
		Chunk: job.Chunk{Target: "wei@example", Entries: []job.Entry{
			{ID: "ff8080816b9ec3ab016ba125aca20082", Line: 2, Duplicates: []int64{5}},
			{ID: "ff8080816b9ec3ab016ba125aca20083", Line: 3},
		}},
	}
	if err := dir.Sent(attempt); err != nil {
		log.Fatal(err) // then it does not go out
	}
	answer := job.Answer{HTTPStatus: 200, ServerRequestID: "fdd5a0bd", Duration: 42 * time.Millisecond}
	if err := dir.Answered(attempt, answer); err != nil {
		log.Fatal(err)
	}
	err = dir.Settle(job.Outcome{
		Chunk:      attempt.Chunk,
		Status:     job.Succeeded,
		RequestID:  attempt.RequestID,
		Answer:     answer,
		Attempts:   1,
		FinishedAt: time.Date(2026, 3, 1, 1, 30, 0, 0, time.UTC),
	})
	if err != nil {
		log.Fatal(err)
	}
	if err := dir.Sync(); err != nil {
		log.Fatal(err)
	}
	if err := dir.Close(); err != nil {
		log.Fatal(err)
	}

	for r, err := range report.Results(dir.Path, job.Reclaim, nil) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(r.Line, r.Account, r.Status, r.HTTPStatus, r.DuplicateOf, r.FinishedAt.Format(time.DateTime))
	}
	// Output:
	// 2 wei@example succeeded 200 0 2026-03-01 01:30:00
	// 5 wei@example succeeded 200 2 2026-03-01 01:30:00
	// 3 wei@example succeeded 200 0 2026-03-01 01:30:00
}
