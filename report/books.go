package report

import (
	"errors"
	"fmt"
	"hash/maphash"
	"io/fs"
	"path/filepath"
	"strings"

	"meetbatch/job"
)

// Check is what the files of a run directory are held against.
type Check struct {
	Operation job.Operation
	Run       Run       // as ReadRun gave it; of version 0.1 with the last line
	Skips     bool      // the run was to skip rows that an earlier one carried out
	Changes   bool      // the run was to skip rows that were as wanted before it, which it read
	Shard     job.Shard // of the input that the run is about
	Header    []byte    // of the input; Open needs neither this nor the rows
	Rows      Rows      // the shard's; nil where there is no input any more
}

// lastLine is the line on which the last row of the input begins.
func (c *Check) lastLine() int64 {
	if c.Run.Schema == 0 && c.Run.Input.LastLine == 0 {
		return lastLine
	}
	return c.Run.Input.LastLine
}

// books are the two tables of a run, held against one another and, row by row, against its input. Whoever resumes a run
// and whoever proves one read them alike.
type books struct {
	Check
	path    string
	misfit  func(place string, err error) error  // what is to be done about one; its error ends the reading
	result  func(rec *record[Result], err error) // gets each result, and what is wrong with it
	journal journal
	results tableFile[Result]

	torn        []error // tables that are torn, or lost altogether
	behind      error   // the journal is torn, in what a reconcile wrote that was killed: that tells of no row
	uncounted   int64   // results that do not count
	unjournaled bool    // requests were sent that the journal does not have any more

	first      Result   // the last one that is of no duplicate
	contents   []uint32 // by line: a hash of the account and the value of its result
	seen       bitmap   // lines that have a result
	repeats    bitmap   // lines that no other one can repeat: those of duplicates, and of results that do not count
	begun      bitmap   // lines on which a row of the input begins
	duplicates []duplicate
}

// A duplicate is one whose result does not stand behind that of the row which it repeats.
type duplicate struct{ line, of int64 }

// read reads both tables. The results are opened first: a run under way writes the request before the result.
func (b *books) read() error {
	table, err := results(b.Operation).source(b.path)
	if table != nil {
		defer table.file.Close()
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := b.readJournal(); err != nil {
		return err
	}
	b.results = tableFile[Result]{table: results(b.Operation)}
	if table != nil {
		b.results, err = table.scan(b.Run.Said(ResultsFile), b.takeResult)
	}
	if err := b.whole(err, ResultsFile, b.results.whole); err != nil {
		return err
	}
	for _, d := range b.duplicates {
		if err := b.fitsRepeated(d); err != nil {
			return err
		}
	}
	return nil
}

func (b *books) readJournal() error {
	b.journal = journal{table: tableFile[request]{table: requests}, open: map[uint64]int{}}
	table, err := requests.source(b.path)
	if table != nil {
		defer table.file.Close()
		b.journal.traces = make([]requestTrace, 0, table.size/bytesPerRequest)
		b.journal.table, err = table.scan(b.Run.Said(RequestsFile), func(rec *record[request]) error {
			err := rec.bad
			if err == nil {
				err = b.journal.take(&rec.row, b.lastLine())
			}
			if err != nil {
				return b.misfit(RequestsFile, err)
			}
			return nil
		})
	}
	if err := b.whole(err, RequestsFile, b.journal.table.whole); err != nil {
		return err
	}
	if err := b.journal.close(); err != nil {
		return b.misfit("", err)
	}
	return nil
}

// whole sorts out what came of the scan of a table: that it is torn, or that a part or all of it is gone, is as a crash
// leaves it; other damage is a misfit.
func (b *books) whole(err error, name string, whole int64) error {
	var torn *tornError
	var changed *ChangedError
	switch {
	case b.tornBehind(err, name):
		b.behind = err
		return nil
	case errors.As(err, &torn), errors.As(err, &changed) && changed.Size < changed.Said.Size:
		b.torn = append(b.torn, err)
		b.unjournaled = b.unjournaled || name == RequestsFile
		return nil
	case errors.Is(err, fs.ErrNotExist), err == nil && whole == 0:
		if b.Run.State != Planning {
			b.torn = append(b.torn, fmt.Errorf("%s is gone or empty", filepath.Join(b.path, name)))
			b.unjournaled = b.unjournaled || name == RequestsFile
		}
		return nil
	case changed != nil:
		return b.misfit("", err)
	}
	return err
}

// tornBehind tells whether the journal of a run that is being reconciled, or was when that was killed, is torn behind all
// that the run itself wrote to it.
func (b *books) tornBehind(err error, name string) bool {
	torn, is := errors.AsType[*tornError](err)
	said := b.Run.Said(name)
	return b.Run.Reconciling && name == RequestsFile && is && said != nil && torn.From >= said.Size
}

// takeResult holds a result against the journal, and against the one that it repeats.
func (b *books) takeResult(rec *record[Result]) error {
	r := &rec.row
	switch {
	case r.Line == 0:
		return b.misfit(ResultsFile, rec.bad)
	case r.Line > b.lastLine():
		return b.misfit("", fmt.Errorf("line %d has a result, and the last row of the input begins on line %d", r.Line, b.lastLine()))
	case b.seen.has(r.Line):
		return b.misfit("", fmt.Errorf("line %d has two results", r.Line))
	}
	b.seen.set(r.Line)
	if n := max(r.Line, b.Run.Input.LastLine) + 1 - int64(len(b.contents)); n > 0 {
		b.contents = append(b.contents, make([]uint32, n)...)
	}
	b.contents[r.Line] = contentHash(r.Account, r.Value)
	err := rec.bad
	if err == nil {
		err = b.fits(r)
	}
	b.result(rec, err)
	if _, uncounted := errors.AsType[*uncountedError](err); uncounted {
		b.uncounted++
		b.unjournaled = true
		b.repeats.set(r.Line) // it is no result that another one can repeat
		return nil
	}
	if err == nil {
		return nil
	}
	return b.misfit("", fmt.Errorf("line %d: %w", r.Line, err))
}

// row holds the result of a row of the input, where it has one, against the row.
func (b *books) row(it job.Item) error {
	b.begun.set(it.Line)
	if b.seen.has(it.Line) && b.contents[it.Line] != contentHash(it.Account, it.Value) {
		return fmt.Errorf("line %d: the account or the %s of its result is not that of the row", it.Line, b.Operation.Column)
	}
	return nil
}

// of names what the rows are of.
func (c *Check) of() string {
	if c.Shard.N == 0 {
		return "the input"
	}
	return fmt.Sprintf("shard %s of the input", c.Shard)
}

// rest finds results and requests that no row of the input begins with, when row has had all of them.
func (b *books) rest() error {
	for line := range int64(len(b.contents)) {
		if b.seen.has(line) && !b.begun.has(line) {
			if err := b.misfit("", fmt.Errorf("line %d has a result, but no row of %s begins there", line, b.of())); err != nil {
				return err
			}
		}
	}
	for i := range b.journal.traces {
		if line := b.journal.traces[i].firstLine; line != 0 && !b.begun.has(line) {
			return b.misfit(RequestsFile, fmt.Errorf("a request begins with line %d, but no row of %s does", line, b.of()))
		}
	}
	return nil
}

// seed is of the hashes by which contents are compared. They are of this process alone.
var seed = maphash.MakeSeed()

func idHash(id string) uint64 { return maphash.String(seed, id) }

func textHash(text string) uint32 { return uint32(maphash.String(seed, plainBreaks(text))) }

// contentHash is of an account and a value.
func contentHash(account, value string) uint32 { return textHash(account)*31 + textHash(value) }

// plainBreaks gives a text as it comes out of a table, in which line breaks are not told apart.
func plainBreaks(text string) string { return strings.ReplaceAll(text, "\r", "") }
