package report

import (
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"slices"
	"strconv"
	"time"

	"github.com/google/renameio/v2"

	"meetbatch/job"
)

// ErrNoRun is the error of Open and Verify for a directory that holds no run.
var ErrNoRun = errors.New("holds no run")

// ReadRun reads run.json.
func ReadRun(path string) (Run, error) {
	d := &Dir{Path: path}
	text, err := os.ReadFile(d.File(RunFile))
	if errors.Is(err, fs.ErrNotExist) {
		return Run{}, fmt.Errorf("%s %w: there is no %s", path, ErrNoRun, RunFile)
	}
	if err != nil {
		return Run{}, err
	}
	var run Run
	if err := json.Unmarshal(text, &run); err != nil {
		return Run{}, fmt.Errorf("%s: %w", d.File(RunFile), err)
	}
	return run, nil
}

// Past is what a run directory says of a run that did not finish.
type Past struct {
	Counts  job.Counts // of the settled rows
	Sent    int64      // requests
	settled bitmap
	pending map[string]int64   // first lines by request ID, of requests without an answer
	last    map[int64][]string // the rows of results.csv that were written last, by line
	notSent bool               // some rows were settled as not sent; they have no result any more
	whole   map[string]int64   // how much of each table is whole records
}

// Settled tells whether the row of a line needs nothing more.
func (p *Past) Settled(line int64) bool { return p.settled.has(line) }

// Pending gives the request IDs of what was sent and has no answer in the journal, by the first line of each.
func (p *Past) Pending() map[int64]string {
	byLine := make(map[int64]string, len(p.pending))
	for id, line := range p.pending {
		byLine[line] = id
	}
	return byLine
}

// Open locks a directory and reads how far its run has come. It changes nothing; Continue does. An
// error is *LockedError where another process writes to the directory.
func Open(path string, op job.Operation) (*Dir, *Past, error) {
	d := &Dir{Path: path, op: op}
	if err := d.acquire(); err != nil {
		return nil, nil, err
	}
	past := &Past{pending: map[string]int64{}, last: map[int64][]string{}, whole: map[string]int64{}}
	err := errors.Join(
		loadTable[event](d, past, RequestsFile, func(row []string) error {
			if row[1] != "sent" {
				delete(past.pending, row[2])
				return nil
			}
			past.Sent++
			line, err := lineNumber(row[5])
			past.pending[row[2]] = line
			return err
		}),
		loadTable[result](d, past, ResultsFile, func(row []string) error {
			if row[4] == string(job.NotSent) {
				past.notSent = true
				return nil
			}
			return past.take(d, row)
		}))
	if err != nil {
		return nil, nil, errors.Join(err, d.Close())
	}
	return d, past, nil
}

// Continue makes the tables fit to be appended to. For a new run, whose past is empty, it makes them. For one
// that goes on the last record is cut off where writing it was interrupted, and the rows that were not sent
// go.
func (d *Dir) Continue(past *Past) error {
	if err := d.sweep(); err != nil {
		return err
	}
	requests, err := reopenTable[event](d, past, RequestsFile)
	if err != nil {
		return err
	}
	if d.requests, err = newLog(requests); err != nil {
		return err
	}
	if past.notSent {
		if err := d.dropNotSent(past.whole[ResultsFile]); err != nil {
			return err
		}
		delete(past.whole, ResultsFile)
	}
	results, err := reopenTable[result](d, past, ResultsFile)
	if err != nil {
		return err
	}
	d.results, err = newLog(results)
	return err
}

// take counts a row of results.csv.
func (p *Past) take(d *Dir, row []string) error {
	line, err := lineNumber(row[0])
	if err != nil {
		return err
	}
	if p.settled.has(line) {
		return fmt.Errorf("line %d has a result already", line)
	}
	p.settled.set(line)
	status := job.Status(row[4])
	p.Counts.Add(status, 1)
	if status.Done() {
		d.done.set(line)
	}
	for _, other := range p.last {
		if other[3] != row[3] {
			clear(p.last)
		}
		break
	}
	if row[3] != "" { // an invalid row has no duplicates
		p.last[line] = slices.Clone(row)
	}
	return nil
}

// lineNumber reads the number of a line. One that no input can have is damage, and would take as much memory as
// it says.
func lineNumber(s string) (int64, error) {
	line, err := strconv.ParseInt(s, 10, 64)
	if err != nil || line < 1 || line > 1<<33 {
		return 0, fmt.Errorf("line is %q", s)
	}
	return line, nil
}

// Complete writes the results of duplicates whose first row was the last that got one when the run was
// interrupted.
func (d *Dir) Complete(past *Past, torn []job.Entry) error {
	for _, e := range torn {
		first, known := past.last[e.Line]
		if !known {
			return fmt.Errorf("%s: line %d has a result, but line %d, which repeats it, has none", d.File(ResultsFile), e.Line, e.Duplicates[0])
		}
		enc := encoders.Get().(*encoder)
		enc.results = enc.results[:0]
		for _, line := range e.Duplicates {
			enc.results = append(enc.results, result{
				Line: number(line), Account: first[1], Value: first[2], RequestID: first[3], Status: first[4], HTTPStatus: first[5],
				ErrorCode: first[6], ErrorMessage: first[7], Attempts: first[8], DuplicateOf: number(e.Line), FinishedAt: first[10],
			})
			if job.Status(first[4]).Done() {
				d.done.set(line)
			}
		}
		if err := write(d.results, enc, enc.results); err != nil {
			return err
		}
		past.Counts.Add(job.Status(first[4]), int64(len(e.Duplicates)))
	}
	return nil
}

// loadTable reads a table as far as its records are whole. A table that is not there has none.
func loadTable[T any](d *Dir, past *Past, name string, take func(row []string) error) error {
	head, err := header[T](d.op)
	if err != nil {
		return err
	}
	f, err := os.Open(d.File(name))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer f.Close()
	past.whole[name], err = readTable(f, f.Name(), head, take)
	if errors.Is(err, errTorn) {
		return nil
	}
	return err
}

// reopenTable opens a table behind its last whole record.
func reopenTable[T any](d *Dir, past *Past, name string) (*os.File, error) {
	f, err := os.OpenFile(d.File(name), os.O_CREATE|os.O_RDWR|os.O_APPEND, 0o666)
	if err != nil {
		return nil, err
	}
	head, err := header[T](d.op)
	if whole, known := past.whole[name]; err == nil && known {
		err = f.Truncate(whole)
	}
	var size int64
	if err == nil {
		size, err = f.Seek(0, io.SeekEnd)
	}
	if err == nil && size == 0 {
		_, err = f.Write(head)
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// errTorn says that the last record of a table is not whole.
var errTorn = errors.New("the last record is not whole")

// readTable reads a table's rows behind its header. It returns the offset behind the last whole record,
// and errTorn if something follows.
func readTable(f *os.File, path string, head []byte, take func(row []string) error) (whole int64, err error) {
	size, err := f.Seek(0, io.SeekEnd)
	if err != nil {
		return 0, err
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return 0, err
	}
	r := csv.NewReader(f)
	r.ReuseRecord = true
	for n := 0; ; n++ {
		row, err := r.Read()
		if err == io.EOF {
			return whole, nil
		}
		end := r.InputOffset()
		if end == size && (err != nil || !endsLine(f, size)) {
			return whole, errTorn
		}
		if err != nil {
			return whole, fmt.Errorf("%s: %w", path, err)
		}
		line, _ := r.FieldPos(0)
		switch {
		case n == 0 && end != int64(len(head)):
			err = errors.New("the columns are not those of this version")
		case n > 0:
			err = take(row)
		}
		if err != nil {
			return whole, fmt.Errorf("%s:%d: %w", path, line, err)
		}
		whole = end
	}
}

func endsLine(f *os.File, size int64) bool {
	var last [1]byte
	_, err := f.ReadAt(last[:], size-1)
	return err == nil && last[0] == '\n'
}

// dropNotSent rewrites results.csv without the rows that were not sent; what is behind whole goes too.
func (d *Dir) dropNotSent(whole int64) (err error) {
	from, err := os.Open(d.File(ResultsFile))
	if err != nil {
		return err
	}
	defer from.Close()
	to, err := renameio.NewPendingFile(d.File(ResultsFile), renameio.WithExistingPermissions())
	if err != nil {
		return err
	}
	defer to.Cleanup()
	r, w := csv.NewReader(io.LimitReader(from, whole)), csv.NewWriter(to)
	r.ReuseRecord = true
	for {
		row, err := r.Read()
		if err == io.EOF {
			break
		}
		if err == nil && row[4] != string(job.NotSent) {
			err = w.Write(row)
		}
		if err != nil {
			return err
		}
	}
	w.Flush()
	if err := w.Error(); err != nil {
		return err
	}
	return to.CloseAtomicallyReplace()
}

// Earlier yields the entries that a run carried out, or left to an earlier one that did, and for operations of
// which one undoes another those that it tried and may have carried out. An error is the last thing that it
// yields.
func Earlier(path string, op job.Operation) iter.Seq2[job.Earlier, error] {
	return func(yield func(job.Earlier, error) bool) {
		enough := errors.New("enough")
		d := &Dir{Path: path, op: op}
		err := loadTable[result](d, &Past{whole: map[string]int64{}}, ResultsFile, func(row []string) error {
			done := job.Status(row[4]).Done()
			if !done && (op.PerAccount || row[8] == "0") {
				return nil
			}
			at, err := time.Parse(time.RFC3339, row[10])
			if err != nil {
				return err
			}
			e := job.Earlier{Account: row[1], Value: row[2], At: at.UnixMilli()}
			if done {
				e.RequestID = row[3]
			}
			if !yield(e, nil) {
				return enough
			}
			return nil
		})
		if err != nil && !errors.Is(err, enough) {
			yield(job.Earlier{}, err)
		}
	}
}
