package report_test

import (
	"encoding/csv"
	"errors"
	"strings"
	"testing"
	"time"

	"meetbatch/job"
	"meetbatch/report"
)

// TestColumns pins the tables' columns, which users script against.
func TestColumns(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		op         job.Operation
		file, want string
	}{
		{job.Reclaim, report.ResultsFile, "line,account,vmr_id,request_id,status,http_status,error_code,error_message,attempts,duplicate_of,finished_at,server_request_id\n"},
		{job.SetStatus, report.ResultsFile, "line,account,user_status,request_id,status,http_status,error_code,error_message,attempts,duplicate_of,finished_at,server_request_id\n"},
		{job.Reclaim, report.RequestsFile, "time,event,request_id,target,entries,first_line,attempt,http_status,error_code,duration_ms,server_request_id\n"},
	} {
		d := create(t, test.op)
		if got := readFile(t, d.File(test.file)); got != test.want {
			t.Errorf("%s of %s = %q, want %q", test.file, test.op.Name, got, test.want)
		}
	}
}

func TestSettle(t *testing.T) {
	t.Parallel()
	d := create(t, job.SetStatus)
	at := time.Date(2026, 3, 1, 8, 0, 0, 123_000_000, time.FixedZone("", 8*3600))
	err := d.Settle(job.Outcome{
		Chunk:      job.Chunk{Target: "1", Entries: []job.Entry{{ID: "wei, \"W\"", Line: 2, Duplicates: []int64{5, 9}}, {ID: "min", Line: 3}}},
		Status:     job.Failed,
		RequestID:  "id-1",
		Answer:     job.Answer{HTTPStatus: 400, Code: "USG.1", Message: "line one\nline two"},
		Attempts:   2,
		FinishedAt: at,
	})
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(strings.NewReader(readFile(t, d.File(report.ResultsFile)))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, row := range rows[1:] {
		got = append(got, strings.Join(row, "|"))
	}
	want := []string{
		"2|wei, \"W\"|1|id-1|failed|400|USG.1|line one\nline two|2||2026-03-01T00:00:00.123Z|",
		"5|wei, \"W\"|1|id-1|failed|400|USG.1|line one\nline two|2|2|2026-03-01T00:00:00.123Z|",
		"9|wei, \"W\"|1|id-1|failed|400|USG.1|line one\nline two|2|2|2026-03-01T00:00:00.123Z|",
		"3|min|1|id-1|failed|400|USG.1|line one\nline two|2||2026-03-01T00:00:00.123Z|",
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("results =\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// TestWriteFailed: the rows that succeeded are left out, the others stay byte for byte.
func TestWriteFailed(t *testing.T) {
	t.Parallel()
	d := create(t, job.Reclaim)
	settle := func(status job.Status, e job.Entry) {
		if err := d.Settle(job.Outcome{Chunk: job.Chunk{Target: "a", Entries: []job.Entry{e}}, Status: status}); err != nil {
			t.Fatal(err)
		}
	}
	settle(job.Succeeded, job.Entry{ID: "r1", Line: 2, Duplicates: []int64{64, 1000}})
	settle(job.Failed, job.Entry{ID: "r2", Line: 3})
	settle(job.Unknown, job.Entry{ID: "r3", Line: 63, Duplicates: []int64{65}})
	rows := map[int64]string{2: "a,r1\n", 3: " a,r2\r\n", 63: "a,\"r3\"\n", 64: "a,r1\n", 65: "a,r3\n", 999: "x\n", 1000: "a,r1"}
	err := d.WriteFailed([]byte("account,id\n"), func(row func(job.Item, []byte) error) error {
		for _, line := range []int64{2, 3, 63, 64, 65, 999, 1000} {
			if err := row(job.Item{Line: line}, []byte(rows[line])); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := readFile(t, d.File(report.FailedFile)), "account,id\n a,r2\r\na,\"r3\"\na,r3\nx\n"; got != want {
		t.Errorf("failed.csv = %q, want %q", got, want)
	}

	// An input that cannot be read to its end leaves no half of a file.
	broken := errors.New("gone")
	err = d.WriteFailed(nil, func(row func(job.Item, []byte) error) error {
		row(job.Item{Line: 3}, []byte("half\n"))
		return broken
	})
	if !errors.Is(err, broken) || strings.Contains(readFile(t, d.File(report.FailedFile)), "half") {
		t.Errorf("WriteFailed = %v, and the file is %q", err, readFile(t, d.File(report.FailedFile)))
	}
}

// TestReject: the invalid rows are in the results, also where they are many.
func TestReject(t *testing.T) {
	t.Parallel()
	d := create(t, job.Reclaim)
	const n = 3000
	err := d.Reject(func(yield func(job.Item, error) bool) {
		for i := range n {
			if !yield(job.Item{Line: int64(i + 2), Account: "wei", Value: "x,y", Invalid: "vmr_id is wrong", Detail: "\"x\""}, nil) {
				return
			}
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	next := int64(2)
	for r, err := range report.Results(d.Path, job.Reclaim, nil) {
		if err != nil {
			t.Fatal(err)
		}
		if r.FinishedAt.IsZero() {
			t.Fatalf("%+v has no time", r)
		}
		r.FinishedAt = time.Time{}
		if want := (report.Result{Line: next, Account: "wei", Value: "x,y", Status: job.Invalid, ErrorMessage: "vmr_id is wrong: \"x\""}); r != want {
			t.Fatalf("%+v, want %+v", r, want)
		}
		next++
	}
	if next != n+2 {
		t.Errorf("%d results, want %d", next-2, n)
	}

	broken := errors.New("gone")
	if err := d.Reject(func(yield func(job.Item, error) bool) { yield(job.Item{}, broken) }); err != broken {
		t.Errorf("Reject = %v, want %v", err, broken)
	}
}
