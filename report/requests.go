package report

import (
	"iter"
	"time"

	"meetbatch/job"
)

// Request is a row of requests.csv, the journal: a request that was about to go out, or what came of it. Where a cell
// is empty the field has its zero value.
type Request struct {
	Time            time.Time
	Event           Event
	RequestID       string
	Target          string
	Entries         int
	FirstLine       int64 // of the input, of the rows that it is about
	Attempt         int   // at just these entries, from 1
	HTTPStatus      int   // 0 where there was no answer
	ErrorCode       string
	Duration        time.Duration // until it was answered, in whole milliseconds
	ServerRequestID string
}

// Event is what a row of the journal tells of a request.
type Event string

const (
	Sent     Event = "sent"     // it is about to go out
	Answered Event = "answered" // it has an answer, or it is known that there will be none
)

// requests is the table of the journal.
var requests = table[Request]{RequestsFile, []column[Request]{
	stamp("time", func(r *Request) *time.Time { return &r.Time }),
	text("event", func(r *Request) *Event { return &r.Event }),
	text("request_id", func(r *Request) *string { return &r.RequestID }),
	text("target", func(r *Request) *string { return &r.Target }),
	number("entries", func(r *Request) *int { return &r.Entries }),
	line("first_line", func(r *Request) *int64 { return &r.FirstLine }).neverEmpty(),
	number("attempt", func(r *Request) *int { return &r.Attempt }),
	number("http_status", func(r *Request) *int { return &r.HTTPStatus }),
	text("error_code", func(r *Request) *string { return &r.ErrorCode }),
	millis("duration_ms", func(r *Request) *time.Duration { return &r.Duration }).where(answered),
	text("server_request_id", func(r *Request) *string { return &r.ServerRequestID }),
}}

func answered(r *Request) bool { return r.Event == Answered }

// Journal reads the journal of a run from its directory, as Results reads the results.
func Journal(path string) iter.Seq2[Request, error] { return requests.rows(path) }

// sentRow gives the journal's row for a request that is about to go out.
func sentRow(a job.Attempt, at time.Time) Request {
	return Request{
		Time:      at,
		Event:     Sent,
		RequestID: a.RequestID,
		Target:    a.Chunk.Target,
		Entries:   len(a.Chunk.Entries),
		FirstLine: a.Chunk.Entries[0].Line,
		Attempt:   a.Number,
	}
}

// answeredRow gives the journal's row for what came of a request.
func answeredRow(a job.Attempt, answer job.Answer, at time.Time) Request {
	r := sentRow(a, at)
	r.Event = Answered
	r.HTTPStatus = answer.HTTPStatus
	r.ErrorCode = answer.Code
	r.Duration = answer.Duration
	r.ServerRequestID = answer.ServerRequestID
	return r
}
