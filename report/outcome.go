package report

import (
	"bytes"
	"strconv"

	"meetbatch/job"
)

// Marks stand in a row for the cells in which the rows of an outcome differ.
const (
	lineMark  = "\x01"
	idMark    = "\x02"
	firstMark = "\x03" // the line of which it is a duplicate
)

// outcomes gives the rows of outcomes as they stand in the file, until the encoder is used again; a duplicate
// follows the row that it repeats. The row of an outcome is encoded once, and repeated for its entries: most of it
// is the same for all.
func (e *encoder) outcomes(op job.Operation, outcomes []job.Outcome) ([]byte, error) {
	e.all.Reset()
	for _, o := range outcomes {
		row := result{
			Line:         lineMark,
			RequestID:    text(o.RequestID),
			Status:       string(o.Status),
			HTTPStatus:   number(int64(o.Answer.HTTPStatus)),
			ErrorCode:    text(o.Answer.Code),
			ErrorMessage: text(o.Message()),
			Attempts:     strconv.Itoa(o.Attempts),
			DuplicateOf:  firstMark,
			FinishedAt:   stamp(o.FinishedAt),
		}
		row.Account, row.Value = o.Chunk.Target, idMark
		if !op.PerAccount {
			row.Account, row.Value = idMark, o.Chunk.Target
		}
		text, err := encode(e, []result{row})
		if err != nil {
			return nil, err
		}
		if err := e.repeat(text, o.Chunk.Entries); err != nil {
			return nil, err
		}
	}
	return e.all.Bytes(), nil
}

// repeat writes a row for each of the entries' lines.
func (e *encoder) repeat(row []byte, entries []job.Entry) error {
	e.row = append(e.row[:0], row...) // encoding an ID may take the place of the row itself
	before, rest, _ := bytes.Cut(e.row, []byte(lineMark))
	middle, rest, _ := bytes.Cut(rest, []byte(idMark))
	common, end, _ := bytes.Cut(rest, []byte(firstMark))
	write := func(line int64, id []byte, first int64) {
		e.all.Write(before)
		e.all.Write(strconv.AppendInt(e.all.AvailableBuffer(), line, 10))
		e.all.Write(middle)
		e.all.Write(id)
		e.all.Write(common)
		if first > 0 {
			e.all.Write(strconv.AppendInt(e.all.AvailableBuffer(), first, 10))
		}
		e.all.Write(end)
	}
	for _, entry := range entries {
		id, err := e.cell(entry.ID)
		if err != nil {
			return err
		}
		write(entry.Line, id, 0)
		for _, line := range entry.Duplicates {
			write(line, id, entry.Line)
		}
	}
	return nil
}

// cell gives a cell as it stands in the file, until the encoder is used again.
func (e *encoder) cell(s string) ([]byte, error) {
	if plain(s) {
		e.id = append(e.id[:0], s...)
		return e.id, nil
	}
	e.text.Reset()
	if err := e.writer.csv.Write([]string{s}); err != nil {
		return nil, err
	}
	e.writer.csv.Flush()
	return bytes.TrimSuffix(e.text.Bytes(), []byte("\n")), e.writer.csv.Error()
}
