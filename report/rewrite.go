package report

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"meetbatch/internal/system"
	"meetbatch/job"
)

// NotCarriedOut is the error code of a row of which reading the service showed, twice, that it is not as wanted.
const NotCarriedOut = "NOT_CARRIED_OUT"

// readPrefix begins the message of every row that was read to settle it.
const readPrefix = "read: "

// wasRead tells whether the service was read to settle a row; one that is still unknown may be read again.
func wasRead(r *Result) bool {
	if !strings.HasPrefix(r.ErrorMessage, readPrefix) {
		return false
	}
	return r.Status == job.Unknown || r.Status == job.Succeeded && r.ErrorCode == "" || r.Status == job.Failed && r.ErrorCode == NotCarriedOut
}

// Unsettled tells whether reading the service may settle a row: it is unknown, or did not succeed and may have been carried
// out all the same.
func Unsettled(r *Result) bool {
	switch r.Status {
	case job.Unknown:
		return true
	case job.Failed, job.NotSent:
		return job.Doubtful(r.ErrorMessage) && !wasRead(r)
	}
	return false
}

// Verdict is what reading the service says of a row. The zero value says nothing: the row stays as it was.
type Verdict struct {
	Status job.Status // Succeeded: it is as wanted; Failed: it is not, as two readings say; Unknown: reading could not tell
	Why    string     // in words; the message of the row is this behind "read: "
	ReadAt time.Time
}

// A rewriting makes the results anew: those that stay byte for byte, and behind them those that are judged.
type rewriting struct {
	judge func(Result) (Verdict, error)
	out   *bufio.Writer
	table table[Result]

	read      int64 // bytes of the old ones
	size      int64 // bytes of the new ones
	buffer    []byte
	rowCounts         // of the new ones
	done      []int64 // lines of rows that need not be run again any more
	left      int64   // rows that reading may settle still
	settled   int64   // rows that it has settled
	unsettled int64   // rows that were read, and are unknown still

	first   int64   // the line of the last row that repeats none
	verdict Verdict // what was said of it
}

// rewrite writes the results anew, of those that a directory has.
func (w *rewriting) rewrite(path string, op job.Operation) error {
	from, err := system.Open(filepath.Join(path, ResultsFile), os.O_RDONLY, 0)
	if err != nil {
		return err
	}
	defer from.Close()
	judged, err := TempFile(path)
	if err != nil {
		return err
	}
	defer judged.Close()
	in, behind, text := bufio.NewReaderSize(from, 64<<10), bufio.NewWriterSize(judged, 64<<10), []byte(nil)
	_, err = results(op).scan(path, nil, func(rec *record[Result]) error {
		now, replaced, err := w.take(rec)
		if err != nil {
			return err
		}
		if w.read == 0 { // the header stands before the first row
			err = w.copy(in, rec.from)
		}
		if err != nil || !replaced {
			return errors.Join(err, w.copy(in, rec.to-rec.from))
		}
		text = w.table.append(text[:0], now)
		w.size += int64(len(text))
		n, err := in.Discard(int(rec.to - rec.from))
		w.read += int64(n)
		_, writeErr := behind.Write(text)
		return errors.Join(err, writeErr)
	})
	if err == nil {
		err = behind.Flush()
	}
	if err == nil {
		_, err = judged.Seek(0, io.SeekStart)
	}
	if err == nil {
		_, err = io.Copy(w.out, judged)
	}
	return errors.Join(err, w.out.Flush())
}

// copy copies so many bytes of the old results. They are a record at most, which fits into memory.
func (w *rewriting) copy(in io.Reader, n int64) error {
	w.buffer = slices.Grow(w.buffer[:0], int(n))[:n]
	_, err := io.ReadFull(in, w.buffer)
	w.read += n
	w.size += n
	if err == nil {
		_, err = w.out.Write(w.buffer)
	}
	return err
}

// take counts a row as it is from now on, and tells whether it is another one then.
func (w *rewriting) take(rec *record[Result]) (r *Result, replaced bool, err error) {
	if rec.bad != nil {
		return nil, false, rec.bad
	}
	r = &rec.row
	v, err := w.of(r)
	if err != nil {
		return nil, false, err
	}
	if replaced = v.Status != ""; replaced {
		if err := v.settle(r); err != nil {
			return nil, false, err
		}
		if r.Status == job.Unknown {
			w.unsettled++
		} else {
			w.settled++
		}
		if r.Status.Done() {
			w.done = append(w.done, r.Line)
		}
	}
	if Unsettled(r) {
		w.left++
	}
	w.add(r)
	return r, replaced, nil
}

// of gives what there is to say of a row.
func (w *rewriting) of(r *Result) (v Verdict, err error) {
	open := Unsettled(r)
	if open && r.DuplicateOf != 0 && r.DuplicateOf == w.first {
		return w.verdict, nil
	}
	if open {
		v, err = w.judge(*r)
	}
	if r.DuplicateOf == 0 {
		w.first, w.verdict = r.Line, v
	}
	return v, err
}

// settle gives a row the fate that was found.
func (v Verdict) settle(r *Result) error {
	switch {
	case v.Status == job.Succeeded:
		r.ErrorCode = ""
	case v.Status == job.Failed && r.Status != job.NotSent:
		r.ErrorCode = NotCarriedOut
	case v.Status == job.Unknown && r.Status != job.NotSent:
	default:
		return fmt.Errorf("line %d is %s, and cannot become %s by reading", r.Line, r.Status, v.Status)
	}
	r.Status, r.ErrorMessage, r.FinishedAt = v.Status, readPrefix+v.Why, v.ReadAt
	return nil
}
