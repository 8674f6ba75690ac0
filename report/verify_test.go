package report_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"meetbatch/job"
	"meetbatch/report"
)

// id gives the n-th of some UUIDs.
func id(n int) string { return fmt.Sprintf("00000000-0000-4000-8000-%012d", n) }

// inputRow is a row of an input, as it is read and as it stands there.
type inputRow struct {
	it  job.Item
	raw string
}

// finished makes the directory of a run that is finished, and gives it with what Verify holds it against.
func finished(t *testing.T) (path string, c report.Check) {
	d := create(t, job.Reclaim)
	path = d.Path
	var input []inputRow
	row := func(line int64, value string) {
		input = append(input, inputRow{job.Item{Line: line, Account: "wei", Value: value}, "wei," + value + "\n"})
	}
	for i, value := range []string{"a", "b", "c", "d", "b", "d"} {
		row(int64(i+2), value)
	}
	input = append(input, inputRow{job.Item{Line: 8, Value: "e", Invalid: "account is empty"}, ",e\n"})
	rows := func(yield func(job.Item, []byte) error) error {
		for _, r := range input {
			if err := yield(r.it, []byte(r.raw)); err != nil {
				return err
			}
		}
		return nil
	}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(d.Reject(func(yield func(job.Item, error) bool) { yield(input[6].it, nil) }))
	for i, o := range []job.Outcome{
		outcome(job.Succeeded, id(1), job.Entry{ID: "a", Line: 2}),
		outcome(job.Failed, id(2), job.Entry{ID: "b", Line: 3, Duplicates: []int64{6}}),
		outcome(job.Succeeded, id(3), job.Entry{ID: "c", Line: 4}, job.Entry{ID: "d", Line: 5, Duplicates: []int64{7}}),
	} {
		a := job.Attempt{RequestID: id(i + 1), Chunk: o.Chunk, Number: 1}
		must(errors.Join(d.Sent(a), d.Answered(a, o.Answer), d.Settle(o)))
	}
	code := 1
	run := report.Run{
		State:    report.Finished,
		Counts:   report.Counts{Rows: 7, Succeeded: 4, Failed: 2, Invalid: 1, Duplicates: 2},
		Requests: report.Requests{Sent: 3},
		ExitCode: &code,
	}
	must(errors.Join(d.WriteFailed([]byte("account,id\n"), rows), d.Close()))
	return path, report.Check{Operation: job.Reclaim, Run: run, Header: []byte("account,id\n"), Rows: rows}
}

// TestVerify: a run that is as it should be has no problems, and whatever is done to it is found out.
func TestVerify(t *testing.T) {
	t.Parallel()
	results, requests, failed := report.ResultsFile, report.RequestsFile, report.FailedFile
	for _, test := range []struct {
		file, from, to string
		want           []string
	}{
		{results, "", "", nil},
		{results, "\n4,", "\n40,", []string{"line 4 has no result", "failed.csv is not the rows that did not succeed: line 4 should follow", "line 40 has a result, but no row of the input begins there"}},
		{results, "\n4,", "\n2,", []string{"line 2 has two results", "line 2: the account or the vmr_id of its result is not that of the row", "line 4 has no result", "failed.csv is not the rows that did not succeed: line 4 should follow"}},
		{results, "\n4,", "\nfour,", []string{`results.csv: line is "four"`, "line 4 has no result", "failed.csv is not the rows that did not succeed: line 4 should follow", "run.json says 4 succeeded, the files 3"}},
		{results, "\n4,wei", "\n4,min", []string{"line 4: the account or the vmr_id of its result is not that of the row"}},
		{results, "\n4,wei,c," + id(3) + ",succeeded,200", "\n4,wei,c," + id(9) + ",succeeded,200", []string{"line 4: request " + id(9) + " is not in requests.csv"}},
		{results, "\n4,wei,c," + id(3), "\n4,wei,c,x", []string{"line 4: request x is not in requests.csv"}},
		{results, "\n4,wei,c," + id(3), "\n4,wei,c,", []string{"line 4 is succeeded without a request"}},
		{results, "\n4,wei,c," + id(3) + ",succeeded,200", "\n4,wei,c," + id(3) + ",succeeded,", []string{`line 4: its HTTP status is "", that of request ` + id(3) + ` is "200"`}},
		{results, "\n4,wei,c," + id(3) + ",succeeded,200", "\n4,wei,c," + id(3) + ",succeeded,2oo", []string{`line 4: http_status is "2oo"`}},
		{results, "\n4,wei,c," + id(3) + ",succeeded", "\n4,wei,c," + id(3) + ",skipped", []string{"line 4 was skipped, but the run was to skip nothing", "run.json says 4 succeeded, the files 3", "run.json says 0 skipped, the files 1"}},
		{results, id(2) + ",failed,400", id(2) + ",succeeded,400", []string{
			`line 3 succeeded with HTTP status "400"`, "line 6 repeats line 3, but does not share its fate",
			"failed.csv is not the rows that did not succeed: line 8 should follow", "run.json says 4 succeeded, the files 5", "run.json says 2 failed, the files 1",
		}},
		{results, ",5,2026", ",99,2026", []string{"line 7 repeats line 99, which has no result of its own"}},
		{results, ",5,2026", ",7,2026", []string{"line 7 repeats line 7, which has no result of its own"}},
		{results, ",5,2026", ",five,2026", []string{`line 7: duplicate_of is "five"`, "run.json says 2 duplicates, the files 1"}},
		{requests, id(2) + ",wei,1,3,1,400", id(2) + ",wei,1,3,1,200", []string{
			`line 3: its HTTP status is "400", that of request ` + id(2) + ` is "200"`, `line 6: its HTTP status is "400", that of request ` + id(2) + ` is "200"`,
		}},
		{requests, ",sent," + id(2), ",sent," + id(7), []string{"requests.csv: request " + id(2) + " was answered, but not sent"}},
		{failed, "account,id", "account,ID", []string{"failed.csv: the header is not the input's"}},
		{failed, "wei,b\n", "wei,B\n", []string{"failed.csv is not the rows that did not succeed: line 3 should follow"}},
		{failed, ",e\n", ",e\nmore\n", []string{"failed.csv holds more than the rows that did not succeed"}},
	} {
		path, c := finished(t)
		name := filepath.Join(path, test.file)
		text := readFile(t, name)
		if !strings.Contains(text, test.from) {
			t.Fatalf("%s has no %q:\n%s", test.file, test.from, text)
		}
		if err := os.WriteFile(name, []byte(strings.Replace(text, test.from, test.to, 1)), 0o666); err != nil {
			t.Fatal(err)
		}
		got, err := report.Verify(path, c)
		if err != nil || !slices.Equal(got, test.want) {
			t.Errorf("%q for %q in %s:\n%s, %v\nwant\n%s", test.to, test.from, test.file, strings.Join(got, "\n"), err, strings.Join(test.want, "\n"))
		}
	}
}
