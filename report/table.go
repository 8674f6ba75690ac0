package report

import (
	"bytes"
	"encoding/csv"
	"strconv"
	"sync"
	"time"

	"github.com/gocarina/gocsv"

	"meetbatch/job"
)

// result is a row of results.csv, in the order of its columns. The column of value is headed by the
// operation's own name for it. A cell is a string, or nil where there is nothing to say: gocsv gets at
// a string that is boxed already without allocating, and most of a row is the same for all rows of a
// request.
type result struct {
	Line         any `csv:"line"`
	Account      any `csv:"account"`
	Value        any `csv:"value"`
	RequestID    any `csv:"request_id"`
	Status       any `csv:"status"`
	HTTPStatus   any `csv:"http_status"`
	ErrorCode    any `csv:"error_code"`
	ErrorMessage any `csv:"error_message"`
	Attempts     any `csv:"attempts"`
	DuplicateOf  any `csv:"duplicate_of"`
	FinishedAt   any `csv:"finished_at"`
}

// event is a row of requests.csv, the journal.
type event struct {
	Time            any `csv:"time"`
	Event           any `csv:"event"`
	RequestID       any `csv:"request_id"`
	Target          any `csv:"target"`
	Entries         any `csv:"entries"`
	FirstLine       any `csv:"first_line"`
	Attempt         any `csv:"attempt"`
	HTTPStatus      any `csv:"http_status"`
	ErrorCode       any `csv:"error_code"`
	DurationMS      any `csv:"duration_ms"`
	ServerRequestID any `csv:"server_request_id"`
}

// rejected gives the row of an item that is never sent.
func rejected(it job.Item, at time.Time) result {
	return result{
		Line:         number(it.Line),
		Account:      text(it.Account),
		Value:        text(it.Value),
		Status:       string(job.Invalid),
		ErrorMessage: it.Reason(),
		Attempts:     "0",
		FinishedAt:   stamp(at),
	}
}

func sent(a job.Attempt, at time.Time) event {
	return event{
		Time:      stamp(at),
		Event:     "sent",
		RequestID: a.RequestID,
		Target:    a.Chunk.Target,
		Entries:   number(int64(len(a.Chunk.Entries))),
		FirstLine: number(a.Chunk.Entries[0].Line),
		Attempt:   number(int64(a.Number)),
	}
}

func answered(a job.Attempt, answer job.Answer, at time.Time) event {
	e := sent(a, at)
	e.Event = "answered"
	e.HTTPStatus = number(int64(answer.HTTPStatus))
	e.ErrorCode = text(answer.Code)
	e.DurationMS = strconv.FormatInt(answer.Duration.Milliseconds(), 10)
	e.ServerRequestID = text(answer.ServerRequestID)
	return e
}

// header gives the header row of a table, with the operation's name for value.
func header[T any](op job.Operation) ([]byte, error) {
	var b bytes.Buffer
	if err := gocsv.Marshal([]T{}, &b); err != nil {
		return nil, err
	}
	return bytes.Replace(b.Bytes(), []byte(",value,"), []byte(","+op.Column+","), 1), nil
}

// encoder turns rows of a table into text; it is used again, for its buffers.
type encoder struct {
	text    bytes.Buffer
	writer  quickWriter
	results []result

	all bytes.Buffer // the rows of outcomes
	row []byte       // that is repeated
	id  []byte
}

var encoders = sync.Pool{New: func() any {
	e := &encoder{}
	e.writer = quickWriter{&e.text, csv.NewWriter(&e.text)}
	return e
}}

// encode gives rows as they stand in the file, until the encoder is used again.
func encode[T any](e *encoder, rows []T) ([]byte, error) {
	e.text.Reset()
	err := gocsv.MarshalCSVWithoutHeaders(rows, &e.writer)
	return e.text.Bytes(), err
}

// text is a cell of text; an empty one is nil.
func text(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// number is a cell with a number; 0 is an empty one.
func number(n int64) any {
	if n == 0 {
		return nil
	}
	return strconv.FormatInt(n, 10)
}

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }
