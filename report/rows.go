package report

import (
	"errors"
	"io/fs"
	"iter"
	"path/filepath"
	"strconv"
	"time"

	"meetbatch/job"
)

// Result is a row of results.csv: what became of a row of the input. Where a cell is empty, or the table has no such
// column, the field has its zero value.
type Result struct {
	Line            int64 // of the input, on which the row begins
	Account         string
	Value           string // of the operation's column
	RequestID       string // of the attempt that settled the row, or that carried it out in an earlier run; empty where there was none
	Status          job.Status
	HTTPStatus      int // of that attempt's answer; 0 where there was none
	ErrorCode       string
	ErrorMessage    string
	Attempts        int   // in which the row took part
	DuplicateOf     int64 // the line of the row that this one repeats; 0 where it repeats none
	FinishedAt      time.Time
	ServerRequestID string // of the answer; tables of version 0.1 do not have it
}

// results is the table of the results of an operation, which names one of its columns.
func results(op job.Operation) table[Result] {
	return table[Result]{ResultsFile, []column[Result]{
		{name: "line", cell: func(r *Result) cell { return (*line)(&r.Line) }, required: true, own: true},
		{name: "account", cell: func(r *Result) cell { return (*text)(&r.Account) }, own: !op.PerAccount},
		{name: op.Column, cell: func(r *Result) cell { return (*text)(&r.Value) }, own: op.PerAccount},
		{name: "request_id", cell: func(r *Result) cell { return (*text)(&r.RequestID) }},
		{name: "status", cell: func(r *Result) cell { return (*text)(&r.Status) }},
		{name: "http_status", cell: func(r *Result) cell { return (*number)(&r.HTTPStatus) }},
		{name: "error_code", cell: func(r *Result) cell { return (*foreign)(&r.ErrorCode) }},
		{name: "error_message", cell: func(r *Result) cell { return (*foreign)(&r.ErrorMessage) }},
		{name: "attempts", cell: func(r *Result) cell { return (*count)(&r.Attempts) }},
		{name: "duplicate_of", cell: func(r *Result) cell { return (*line)(&r.DuplicateOf) }, own: true},
		{name: "finished_at", cell: func(r *Result) cell { return (*stamp)(&r.FinishedAt) }},
		{name: "server_request_id", cell: func(r *Result) cell { return (*foreign)(&r.ServerRequestID) }, later: true},
	}}
}

// Results reads the results of a run of an operation from its directory, in the order in which they were written, as
// far as they are whole. It takes no lock, so it can be used while the run is under way. A run that has no results yet
// yields none. An error is the last thing that it yields; it is one too where the table does not begin with what was said
// of it, in run.json, which may be nothing.
func Results(path string, op job.Operation, said *Sum) iter.Seq2[Result, error] {
	return func(yield func(Result, error) bool) {
		file, err := results(op).scan(path, said, func(rec *record[Result]) error {
			if rec.bad == nil && !yield(rec.row, nil) {
				return fs.SkipAll
			}
			return rec.bad
		})
		switch whole := untorn(err); {
		case errors.Is(err, fs.SkipAll):
		case whole != nil:
			yield(Result{}, whole)
		case said != nil && file.whole < said.Size:
			yield(Result{}, &ChangedError{Path: filepath.Join(path, ResultsFile), Said: *said, Size: file.whole})
		}
	}
}

// Earlier yields what the results of a run say of entries that need not be carried out again, or that have to be
// although a run before it carried them out. The run is one of the operation of, which is op itself or the one that op
// undoes; op is what is to be done now. An entry that the run carried out as op wants it, or left to an earlier run that
// did, has the ID of that request. One of which it is not known whether it is as op wants it any more has none. Entries
// of which the run says nothing are not yielded.
//
// Like Results it takes no lock, goes as far as the results are whole, and wants to know what was said of them. An error
// is the last thing that it yields.
func Earlier(path string, op, of job.Operation, said *Sum) iter.Seq2[job.Earlier, error] {
	return func(yield func(job.Earlier, error) bool) {
		for r, err := range Results(path, of, said) {
			if err != nil {
				yield(job.Earlier{}, err)
				return
			}
			requestID, touched := trace(op, of, &r)
			if touched && !yield(job.Earlier{Account: r.Account, Value: r.Value, RequestID: requestID, At: r.FinishedAt.UnixMilli()}, nil) {
				return
			}
		}
	}
}

// trace tells from a result of the operation of whether its run may have changed the entry, and by which request the entry
// became as op wants it, where it surely did.
func trace(op, of job.Operation, r *Result) (requestID string, touched bool) {
	switch {
	case asIs(r): // it was carried out by nobody whose request is known, and may be as another value is to make it
		return "", op.Name != of.Name || len(op.Values) > 0
	case r.Status.Done() && op.Name == of.Name:
		return r.RequestID, true
	case r.Status.Done(): // it undid what op does
		return "", true
	case len(op.Values) > 0: // an entry has one value only, and even trying another may have taken it away
		return "", r.Attempts > 0
	}
	return "", r.Status == job.Unknown || job.Doubtful(r.ErrorMessage)
}

// A request is a row of requests.csv, the journal: a request that was about to go out, or what came of it. What is read
// of it is what its cells hold, so that the chunk has no entries. One that changes nothing, a reading, has none at all: its
// target is its path and query, and it is about no line.
type request struct {
	time      time.Time
	event     text
	attempt   job.Attempt
	entries   int
	firstLine int64 // of the input, of the rows that it is about
	answer    job.Answer
}

// What a row of the journal tells of a request.
const (
	sent     text = "sent"     // it is about to go out
	answered text = "answered" // it has an answer, or it is known that there will be none
)

// neverLeft stands in place of an error code where a request is known not to have left the machine: there was none, then,
// whatever the journal had to say before.
const neverLeft = "NEVER_LEFT"

// codeOf is the error code of an answer, as it stands in a table.
func codeOf(a job.Answer) string {
	if a.Unsent {
		return neverLeft
	}
	return a.Code
}

// neverLeft tells that the request of which this row says what came of it was none.
func (r *request) neverLeft() bool {
	return r.event == answered && r.answer.HTTPStatus == 0 && r.answer.Code == neverLeft
}

// requests is the table of the journal.
var requests = table[request]{RequestsFile, []column[request]{
	{name: "time", cell: func(r *request) cell { return (*stamp)(&r.time) }},
	{name: "event", cell: func(r *request) cell { return &r.event }},
	{name: "request_id", cell: func(r *request) cell { return (*text)(&r.attempt.RequestID) }},
	{name: "target", cell: func(r *request) cell { return (*text)(&r.attempt.Chunk.Target) }},
	{name: "entries", cell: func(r *request) cell { return (*count)(&r.entries) }, required: true},
	{name: "first_line", cell: func(r *request) cell { return (*line)(&r.firstLine) }},
	{name: "attempt", cell: func(r *request) cell { return (*number)(&r.attempt.Number) }},
	{name: "http_status", cell: func(r *request) cell { return (*number)(&r.answer.HTTPStatus) }},
	{name: "error_code", cell: func(r *request) cell { return (*foreign)(&r.answer.Code) }},
	{name: "duration_ms", cell: func(r *request) cell { return (*duration)(r) }},
	{name: "server_request_id", cell: func(r *request) cell { return (*foreign)(&r.answer.ServerRequestID) }},
}}

// duration is the cell of how long an answer took, in milliseconds. It is empty until there is one, which may take 0.
type duration request

func (d *duration) append(dst []byte) []byte {
	if d.event != answered {
		return dst
	}
	return strconv.AppendInt(dst, d.answer.Duration.Milliseconds(), 10)
}

func (d *duration) parse(s string) bool {
	n, err := strconv.ParseInt(s, 10, 64)
	d.answer.Duration = time.Duration(n) * time.Millisecond
	return err == nil
}

// SentSince lists when the requests of a run went out, from a moment on, in order, readings among them: the service counts
// both. It takes no lock.
func SentSince(path string, since time.Time) (times []time.Time, err error) {
	_, err = requests.scan(path, nil, func(rec *record[request]) error {
		if rec.bad == nil && rec.row.event == sent && rec.row.time.After(since) {
			times = append(times, rec.row.time)
		}
		return rec.bad
	})
	return times, untorn(err)
}
