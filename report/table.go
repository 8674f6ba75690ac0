package report

import (
	"bytes"
	"encoding/csv"
	"strconv"
	"time"

	"github.com/gocarina/gocsv"

	"meetbatch/job"
)

// result is a row of results.csv. Cells are strings, in the order of the columns: what has no value
// is empty. The column of value is headed by the operation's own name for it.
type result struct {
	Line         string `csv:"line"`
	Account      string `csv:"account"`
	Value        string `csv:"value"`
	RequestID    string `csv:"request_id"`
	Status       string `csv:"status"`
	HTTPStatus   string `csv:"http_status"`
	ErrorCode    string `csv:"error_code"`
	ErrorMessage string `csv:"error_message"`
	Attempts     string `csv:"attempts"`
	DuplicateOf  string `csv:"duplicate_of"`
	FinishedAt   string `csv:"finished_at"`
}

// event is a row of requests.csv, the journal.
type event struct {
	Time            string `csv:"time"`
	Event           string `csv:"event"`
	RequestID       string `csv:"request_id"`
	Target          string `csv:"target"`
	Entries         string `csv:"entries"`
	FirstLine       string `csv:"first_line"`
	Attempt         string `csv:"attempt"`
	HTTPStatus      string `csv:"http_status"`
	ErrorCode       string `csv:"error_code"`
	DurationMS      string `csv:"duration_ms"`
	ServerRequestID string `csv:"server_request_id"`
}

// resultsOf gives the rows of an outcome, a duplicate after the row that it repeats.
func resultsOf(op job.Operation, o job.Outcome) []result {
	row := result{
		RequestID:    o.RequestID,
		Status:       string(o.Status),
		HTTPStatus:   number(int64(o.Answer.HTTPStatus)),
		ErrorCode:    o.Answer.Code,
		ErrorMessage: o.Answer.Message,
		Attempts:     strconv.Itoa(o.Attempts),
		FinishedAt:   stamp(o.FinishedAt),
	}
	rows := make([]result, 0, o.Chunk.Rows())
	for _, e := range o.Chunk.Entries {
		row.Account, row.Value = op.Row(o.Chunk.Target, e.ID)
		row.Line, row.DuplicateOf = number(e.Line), ""
		rows = append(rows, row)
		for _, line := range e.Duplicates {
			row.Line, row.DuplicateOf = number(line), number(e.Line)
			rows = append(rows, row)
		}
	}
	return rows
}

// rejected gives the row of an item that is never sent.
func rejected(it job.Item, at time.Time) result {
	return result{
		Line:         number(it.Line),
		Account:      it.Account,
		Value:        it.Value,
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
		Entries:   strconv.Itoa(len(a.Chunk.Entries)),
		FirstLine: number(a.Chunk.Entries[0].Line),
		Attempt:   strconv.Itoa(a.Number),
	}
}

func answered(a job.Attempt, answer job.Answer, at time.Time) event {
	e := sent(a, at)
	e.Event = "answered"
	e.HTTPStatus = number(int64(answer.HTTPStatus))
	e.ErrorCode = answer.Code
	e.DurationMS = strconv.FormatInt(answer.Duration.Milliseconds(), 10)
	e.ServerRequestID = answer.ServerRequestID
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

// encode gives rows of a table as they stand in the file.
func encode[T any](rows []T) ([]byte, error) {
	var b bytes.Buffer
	err := gocsv.MarshalCSVWithoutHeaders(rows, csv.NewWriter(&b))
	return b.Bytes(), err
}

func number(n int64) string {
	if n == 0 {
		return ""
	}
	return strconv.FormatInt(n, 10)
}

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }
