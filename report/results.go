package report

import (
	"iter"
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
		line("line", func(r *Result) *int64 { return &r.Line }).neverEmpty().ownIf(true),
		text("account", func(r *Result) *string { return &r.Account }).ownIf(!op.PerAccount),
		text(op.Column, func(r *Result) *string { return &r.Value }).ownIf(op.PerAccount),
		text("request_id", func(r *Result) *string { return &r.RequestID }),
		text("status", func(r *Result) *job.Status { return &r.Status }),
		number("http_status", func(r *Result) *int { return &r.HTTPStatus }),
		text("error_code", func(r *Result) *string { return &r.ErrorCode }),
		text("error_message", func(r *Result) *string { return &r.ErrorMessage }),
		integer("attempts", func(r *Result) *int { return &r.Attempts }),
		lineIfAny("duplicate_of", func(r *Result) *int64 { return &r.DuplicateOf }).ownIf(true),
		stamp("finished_at", func(r *Result) *time.Time { return &r.FinishedAt }),
		text("server_request_id", func(r *Result) *string { return &r.ServerRequestID }).sinceLater(),
	}}
}

// Results reads the results of a run of an operation from its directory, in the order in which they were written, as
// far as they are whole. It takes no lock, so it can be used while the run is under way. A run that has no results yet
// yields none. An error is the last thing that it yields.
func Results(path string, op job.Operation) iter.Seq2[Result, error] {
	return results(op).rows(path)
}

// rejected gives the result of an item that is never sent.
func rejected(it job.Item, at time.Time) Result {
	return Result{
		Line:         it.Line,
		Account:      it.Account,
		Value:        it.Value,
		Status:       job.Invalid,
		ErrorMessage: it.Reason(),
		FinishedAt:   at,
	}
}

// results appends the results of an outcome's rows to the buffer's text. A duplicate follows the row that it repeats.
func (b *buffer) results(t table[Result], op job.Operation, o *job.Outcome) {
	r := &b.result
	*r = Result{
		Account:         o.Chunk.Target,
		Value:           o.Chunk.Target,
		RequestID:       o.RequestID,
		Status:          o.Status,
		HTTPStatus:      o.Answer.HTTPStatus,
		ErrorCode:       o.Answer.Code,
		ErrorMessage:    o.Message(),
		Attempts:        o.Attempts,
		FinishedAt:      o.FinishedAt,
		ServerRequestID: o.Answer.ServerRequestID,
	}
	id := &r.Account
	if op.PerAccount {
		id = &r.Value
	}
	b.stencil.cut(t, r)
	for _, e := range o.Chunk.Entries {
		r.Line, *id, r.DuplicateOf = e.Line, e.ID, 0
		b.text = b.stencil.append(b.text, r)
		r.DuplicateOf = e.Line
		for _, r.Line = range e.Duplicates {
			b.text = b.stencil.append(b.text, r)
		}
	}
}
