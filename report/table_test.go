package report

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"meetbatch/job"
)

// header01 is the header that version 0.1 gave results.csv of rooms.
const header01 = "line,account,vmr_id,request_id,status,http_status,error_code,error_message,attempts,duplicate_of,finished_at\n"

// rowsOf reads a table from its text, which it writes to a file for that.
func rowsOf[R any](t *testing.T, of table[R], text string) (rows []R, file tableFile[R], err error) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, of.name), []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	file, err = of.scan(dir, nil, func(rec *record[R]) error {
		rows = append(rows, rec.row)
		return rec.bad
	})
	if err != nil { // the name of the directory is another one each time
		err = pathless{err, strings.TrimPrefix(err.Error(), dir+string(filepath.Separator))}
	}
	return rows, file, err
}

// A pathless error is one whose text leaves out a directory.
type pathless struct {
	error
	text string
}

func (e pathless) Error() string { return e.text }
func (e pathless) Unwrap() error { return e.error }

// FuzzResult reads back what was written. Of what a cell holds only the line breaks that encoding/csv makes the same may
// differ.
func FuzzResult(f *testing.F) {
	f.Add(int64(2), "wei@example", "ff80", "id", "failed", 400, "USG.1", "no, \"such\"\r\nroom", 2, int64(0), int64(0), "")
	f.Add(int64(1<<33), "\r", " ", "\n", "", 0, `\.`, "", 0, int64(7), int64(1772323200123), "a,b")
	f.Fuzz(func(t *testing.T, line int64, account, value, id, status string, http int, code, message string, attempts int, of, at int64, server string) {
		if line < 1 || line > lastLine || of < 0 || of > lastLine || at < -62135596800000 || at > 253402300799999 {
			return // there is no such line, or no such time in RFC 3339
		}
		if all := strings.Join([]string{account, value, id, status, code, message, server}, ","); strings.Contains(all, "\x00") || !utf8.ValidString(all) {
			return // no text: the reader refuses it, and an answer is cleaned of it; in a table it is what a crash leaves
		}
		want := Result{line, account, value, id, job.Status(status), http, code, message, attempts, of, time.UnixMilli(at).UTC(), server}
		table := results(job.Reclaim)
		text := string(table.append(table.header(), &want))
		got, file, err := rowsOf(t, table, text)
		if err != nil || len(got) != 1 || file.whole != int64(len(text)) {
			t.Fatalf("%d rows of %d bytes of %q, and %v", len(got), file.whole, text, err)
		}
		for _, s := range []*string{&want.Account, &want.Value, &want.RequestID, (*string)(&want.Status), &want.ErrorCode, &want.ErrorMessage, &want.ServerRequestID} {
			*s = strings.ReplaceAll(*s, "\r\n", "\n")
		}
		if got[0] != want {
			t.Errorf("%+v, want %+v", got[0], want)
		}
	})
}

// FuzzStencil holds rows that share most cells against rows that are written one by one.
func FuzzStencil(f *testing.F) {
	f.Add("1", "wei", "min, \"M\"", "line one\nline two", true)
	f.Fuzz(func(t *testing.T, target, a, b, message string, perAccount bool) {
		op := job.SetStatus
		if perAccount {
			op = job.Reclaim
		}
		o := job.Outcome{
			Chunk:      job.Chunk{Target: target, Entries: []job.Entry{{ID: a, Line: 2, Duplicates: []int64{5, 9}}, {ID: b, Line: 3}}},
			Status:     job.Failed,
			Answer:     job.Answer{HTTPStatus: 400, Message: message},
			FinishedAt: time.UnixMilli(0),
		}
		table := results(op)
		var got buffer
		got.results(table, op, &o)
		var want []byte
		for _, row := range []struct {
			line, of int64
			id       string
		}{{2, 0, a}, {5, 2, a}, {9, 2, a}, {3, 0, b}} {
			r := Result{Line: row.line, Account: target, Value: row.id, Status: o.Status, HTTPStatus: 400, ErrorMessage: message, DuplicateOf: row.of, FinishedAt: o.FinishedAt}
			if !perAccount {
				r.Account, r.Value = row.id, target
			}
			want = table.append(want, &r)
		}
		if string(got.text) != string(want) {
			t.Errorf("%q, want %q", got.text, want)
		}
	})
}

// TestHeader: a table goes on with the columns that its header names, if they are known and none is missing that every
// version has.
func TestHeader(t *testing.T) {
	t.Parallel()
	now := string(results(job.Reclaim).header())
	swapped := strings.Replace(now, "line,account", "account,line", 1)
	for _, test := range []struct {
		name, header string
		bad          bool
	}{
		{"of this version", now, false},
		{"of 0.1", header01, false},
		{"in another order", swapped, false},
		{"of another operation", string(results(job.SetStatus).header()), true},
		{"with one too few", strings.Replace(now, ",attempts", "", 1), true},
		{"with one too many", strings.Replace(now, "\n", ",note\n", 1), true},
		{"with one twice", strings.Replace(now, "\n", ",line\n", 1), true},
		{"of the journal", string(requests.header()), true},
	} {
		_, file, err := rowsOf(t, results(job.Reclaim), test.header)
		if test.bad {
			if !errors.Is(err, errColumns) || err.Error() != "results.csv:1: the columns are not those of this version" {
				t.Errorf("%s: %v, want %v", test.name, err, errColumns)
			}
			continue
		}
		if err != nil || string(file.table.header()) != test.header {
			t.Errorf("%s: goes on with %q, %v", test.name, file.table.header(), err)
		}
	}
}

// TestCells: a cell that holds what its column cannot have is damage, and the error names the place.
func TestCells(t *testing.T) {
	t.Parallel()
	const good = "2,wei,r1,id,failed,400,USG.1,no,1,,2026-03-01T00:00:00.123Z\n"
	for _, test := range []struct{ from, to, want string }{
		{"2,wei", "x,wei", `results.csv:2: line is "x"`},
		{"2,wei", ",wei", `results.csv:2: line is ""`},
		{"2,wei", "0,wei", `results.csv:2: line is "0"`},
		{"2,wei", "8589934593,wei", `results.csv:2: line is "8589934593"`},
		{",400,", ",4oo,", `results.csv:2: http_status is "4oo"`},
		{",1,,", ",one,,", `results.csv:2: attempts is "one"`},
		{",1,,", ",1,-3,", `results.csv:2: duplicate_of is "-3"`},
		{"2026-03-01T", "01.03.2026 ", `results.csv:2: finished_at is "01.03.2026 00:00:00.123Z"`},
		{"id,failed", `"id,failed`, `results.csv: record on line 2; parse error on line 3, column 61: extraneous or missing " in quoted-field`}, // and goes on to the end
		{"id,failed", "id", `results.csv: record on line 2: wrong number of fields`},
		{"id,failed", `i"d,failed`, `results.csv: parse error on line 2, column 11: bare " in non-quoted-field`},
	} {
		row := strings.Replace(good, test.from, test.to, 1)
		_, file, err := rowsOf(t, results(job.Reclaim), header01+row+good)
		if err == nil || err.Error() != test.want {
			t.Errorf("%q: %v, want %s", row, err, test.want)
		}
		if file.whole != int64(len(header01)) {
			t.Errorf("%q: %d bytes are whole, want those of the header", row, file.whole)
		}
	}
	rows, _, err := rowsOf(t, results(job.Reclaim), header01+"2,,,,,,,,,,\n")
	if err != nil || !slices.Equal(rows, []Result{{Line: 2}}) {
		t.Errorf("empty cells: %+v, %v; want zero values", rows, err)
	}
}

// TestReadWhileGrowing: what is appended to a file while it is read is not looked at.
func TestReadWhileGrowing(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	table := results(job.Reclaim)
	row := table.append(nil, &Result{Line: 2})
	path := filepath.Join(dir, table.name)
	if err := os.WriteFile(path, append(table.header(), row...), 0o666); err != nil {
		t.Fatal(err)
	}
	n := 0
	_, err := table.scan(dir, nil, func(*record[Result]) error {
		n++
		f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
		if err != nil {
			return err
		}
		_, err = f.WriteString("3,half of a")
		return errors.Join(err, f.Close())
	})
	if n != 1 || err != nil {
		t.Errorf("%d rows, %v; want the one that was whole at first", n, err)
	}
}
