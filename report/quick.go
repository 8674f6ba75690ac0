package report

import (
	"bytes"
	"encoding/csv"
)

// quickWriter writes the records that need no quotes by itself, which is nearly all of them, and leaves
// the others to encoding/csv. It is a gocsv.CSVWriter.
type quickWriter struct {
	text *bytes.Buffer
	csv  *csv.Writer // to text
}

func (w *quickWriter) Write(record []string) error {
	for _, field := range record {
		if !plain(field) {
			err := w.csv.Write(record)
			w.csv.Flush()
			return err
		}
	}
	for i, field := range record {
		if i > 0 {
			w.text.WriteByte(',')
		}
		w.text.WriteString(field)
	}
	w.text.WriteByte('\n')
	return nil
}

func (w *quickWriter) Flush()       {}
func (w *quickWriter) Error() error { return w.csv.Error() }

// plain tells whether a field surely needs no quotes.
func plain(field string) bool {
	for i := range len(field) {
		if !isPlain[field[i]] {
			return false
		}
	}
	return true
}

// isPlain holds for the characters that never need quotes.
var isPlain = func() (is [256]bool) {
	for c := '!'; c <= '~'; c++ {
		is[c] = c != '"' && c != ',' && c != '\\'
	}
	return is
}()
