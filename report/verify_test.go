package report_test

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
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
		{results, "\n4,", "\n2,", []string{"line 2 has two results", "line 4 has no result", "failed.csv is not the rows that did not succeed: line 4 should follow", "run.json says 4 succeeded, the files 3"}},
		{results, "\n4,", "\nfour,", []string{`results.csv: line is "four"`, "line 4 has no result", "failed.csv is not the rows that did not succeed: line 4 should follow", "run.json says 4 succeeded, the files 3"}},
		{results, "\n4,wei", "\n4,min", []string{"line 4: request " + id(3) + ", which it names, is not for the account or the vmr_id of the row", "line 4: the account or the vmr_id of its result is not that of the row"}},
		{results, "\n4,wei,c," + id(3) + ",succeeded,200", "\n4,wei,c," + id(9) + ",succeeded,200", []string{"line 4: request " + id(9) + " is not in requests.csv"}},
		{results, "\n4,wei,c," + id(3), "\n4,wei,c,x", []string{"line 4: request x is not in requests.csv"}},
		{results, "\n4,wei,c," + id(3), "\n4,wei,c,", []string{"line 4: it is succeeded without a request"}},
		{results, "\n4,wei,c," + id(3) + ",succeeded,200", "\n4,wei,c," + id(3) + ",succeeded,", []string{`line 4: its HTTP status is "", that of request ` + id(3) + ` is "200"`}},
		{results, "\n4,wei,c," + id(3) + ",succeeded,200", "\n4,wei,c," + id(3) + ",succeeded,2oo", []string{`line 4: http_status is "2oo"`}},
		{results, "\n4,wei,c," + id(3) + ",succeeded", "\n4,wei,c," + id(3) + ",skipped", []string{"line 4: it was skipped, but the run was to skip nothing", "run.json says 4 succeeded, the files 3", "run.json says 0 skipped, the files 1"}},
		{results, id(2) + ",failed,400", id(2) + ",succeeded,400", []string{
			`line 3: it is succeeded with HTTP status "400"`, "line 6: it repeats line 3, but does not share its fate",
			"failed.csv is not the rows that did not succeed: line 8 should follow", "run.json says 4 succeeded, the files 5", "run.json says 2 failed, the files 1",
		}},
		{results, ",5,2026", ",99,2026", []string{"line 7: it repeats line 99, which does not stand before it"}},
		{results, ",5,2026", ",7,2026", []string{"line 7: it repeats line 7, which does not stand before it"}},
		{results, ",5,2026", ",five,2026", []string{`line 7: duplicate_of is "five"`, "run.json says 2 duplicates, the files 1"}},
		{requests, id(2) + ",wei,1,3,1,400", id(2) + ",wei,1,3,1,200", []string{
			`line 3: its HTTP status is "400", that of request ` + id(2) + ` is "200"`, `line 6: its HTTP status is "400", that of request ` + id(2) + ` is "200"`,
		}},
		{requests, ",sent," + id(2), ",sent," + id(7), []string{"requests.csv: request " + id(2) + " was answered, but not sent",
			"line 3: request " + id(2) + " is not in requests.csv", "line 6: request " + id(2) + " is not in requests.csv",
			"requests.csv: the request that begins with line 3 has no answer, and the run was never interrupted",
		}},
		{results, "\n4,wei,c," + id(3) + ",succeeded", "\n4,wei,c," + id(1) + ",succeeded", []string{"line 4: request " + id(1) + ", which it names, has 1 entries and more results"}},
		{results, "\n2,wei,a," + id(1) + ",succeeded", "\n2,wei,a," + id(3) + ",succeeded", []string{
			"line 2: request " + id(3) + ", which it names, begins with line 4", "line 5: request " + id(3) + ", which it names, has 2 entries and more results",
			"line 7: request " + id(3) + ", which it names, has 2 entries and more results",
		}},
		{results, id(2) + ",failed,400", id(2) + ",unknown,400", []string{
			`line 3: it is unknown with HTTP status "400"`, "line 6: it repeats line 3, but does not share its fate",
			"run.json says 2 failed, the files 1", "run.json says 0 unknown, the files 1",
		}},
		{results, ",succeeded,200,,,", ",succeeded,200,,\xce,", []string{`line 2: error_message is "\xce"`}},
		{results, ",400,USG.1,", ",400,USG.2,", []string{`line 3: its error code is "USG.2", that of request ` + id(2) + ` is another`}},
		{results, ",200,,,1,,2026", ",200,,,0,,2026", []string{"line 2: it took part in 0 attempts, and request " + id(1) + " was number 1"}},
		{results, ",,invalid,,", ",,invalid,200,", []string{"line 8: it is invalid, and says something of a request or gives no reason"}},
		{results, ",succeeded,200", ",done,200", []string{`line 2: its status is "done"`, "failed.csv is not the rows that did not succeed: line 2 should follow", "run.json says 4 succeeded, the files 3"}},
		{requests, id(1) + ",wei,1,2,1,,", id(1) + ",min,1,2,1,,", []string{
			"requests.csv: request " + id(1) + " was answered as another one than was sent", "line 2: request " + id(1) + " has no answer in requests.csv",
			"requests.csv: the request that begins with line 2 has no answer, and the run was never interrupted",
		}},
		{requests, id(1) + ",wei,1,2,1,,", id(1) + ",wei,9,2,1,,", []string{
			"requests.csv: request " + id(1) + " was answered as another one than was sent", "line 2: request " + id(1) + " has no answer in requests.csv",
			"requests.csv: the request that begins with line 2 has no answer, and the run was never interrupted",
		}},
		{requests, ",sent," + id(1), ",done," + id(1), []string{
			`requests.csv: event is "done"`, "requests.csv: request " + id(1) + " was answered, but not sent", "line 2: request " + id(1) + " is not in requests.csv",
			"run.json says 3 requests, the files 2",
		}},
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
		got, err := problems(path, c)
		if err != nil || !slices.Equal(got, test.want) {
			t.Errorf("%q for %q in %s:\n%s, %v\nwant\n%s", test.to, test.from, test.file, strings.Join(got, "\n"), err, strings.Join(test.want, "\n"))
		}
	}
}

// TestVerifyInOrder: of requests without an answer those of the first lines are named first.
func TestVerifyInOrder(t *testing.T) {
	t.Parallel()
	path, c := finished(t)
	name := filepath.Join(path, report.RequestsFile)
	answer := regexp.MustCompile(`(?m)^[^,\n]*,answered,.*\n`)
	if err := os.WriteFile(name, answer.ReplaceAll([]byte(readFile(t, name)), nil), 0o666); err != nil {
		t.Fatal(err)
	}
	got, err := problems(path, c)
	var lines []string
	for _, problem := range got {
		if _, line, is := strings.Cut(problem, "the request that begins with "); is {
			lines = append(lines, strings.TrimSuffix(line, " has no answer, and the run was never interrupted"))
		}
	}
	if want := []string{"line 2", "line 3", "line 4"}; err != nil || !slices.Equal(lines, want) {
		t.Errorf("%v, want %v: %v, %v", lines, want, got, err)
	}
}

// TestVerifyLargeFailed: a failed.csv of any size is proved without the input.
func TestVerifyLargeFailed(t *testing.T) {
	t.Parallel()
	path, c := finished(t)
	text := strings.Repeat("wei,x\n", 21<<20/6)
	sum := sha256.Sum256([]byte(text))
	if err := os.WriteFile(filepath.Join(path, report.FailedFile), []byte(text), 0o640); err != nil {
		t.Fatal(err)
	}
	c.Rows, c.Run.Files = nil, map[string]report.Sum{report.FailedFile: {Size: int64(len(text)), SHA256: hex.EncodeToString(sum[:])}}
	if proof, err := report.Verify(path, c); err != nil || len(proof.Problems)+len(proof.Notes) > 0 {
		t.Errorf("%v, %v, %v", proof.Problems, proof.Notes, err)
	}
}
