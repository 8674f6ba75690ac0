package reader

import (
	"bytes"
	"encoding/csv"
	"io"
	"regexp"
)

// parser parses rows as the input's format says.
func (f *format) parser(from io.Reader) *csv.Reader {
	p := csv.NewReader(from)
	p.Comma = f.delimiter
	return p
}

// blanksBeforeQuotes are blanks where a field begins, by its delimiter. No good row has them: a quote within a field is a
// mistake.
var blanksBeforeQuotes = map[rune]*regexp.Regexp{}

func init() {
	for _, delimiter := range usualDelimiters {
		blanksBeforeQuotes[delimiter] = regexp.MustCompile(`(^|[\r\n` + regexp.QuoteMeta(string(delimiter)) + `]) +"`)
	}
}

func (f *format) hasBlanksBeforeQuotes(text []byte) bool {
	blanks, usual := blanksBeforeQuotes[f.delimiter]
	return usual && bytes.Contains(text, []byte(` "`)) && blanks.Match(text)
}

// withoutBlanks removes blanks before quotes. It may be called where a row cannot be parsed with them, since quotes
// within other quotes may have them, too.
func (f *format) withoutBlanks(row []byte) []byte {
	return blanksBeforeQuotes[f.delimiter].ReplaceAll(row, []byte(`$1"`))
}
