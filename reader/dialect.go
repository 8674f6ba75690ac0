package reader

import (
	"bytes"
	"encoding/csv"
	"io"
	"regexp"
	"unicode/utf8"
)

// parser parses rows as the input's format says.
func (f *format) parser(from io.Reader) *csv.Reader {
	p := csv.NewReader(from)
	p.Comma = f.delimiter
	return p
}

// blanksBeforeQuotes are blanks where a field begins, by its delimiter. No good row has them: a quote within a field is a
// mistake.
var blanksBeforeQuotes = map[rune]func() *regexp.Regexp{}

func init() {
	for _, delimiter := range usualDelimiters {
		blanksBeforeQuotes[delimiter] = expression(`(^|[\r\n` + regexp.QuoteMeta(string(delimiter)) + `]) +"`)
	}
}

func (f *format) hasBlanksBeforeQuotes(text []byte) bool {
	blanks, usual := blanksBeforeQuotes[f.delimiter]
	return usual && bytes.Contains(text, []byte(` "`)) && blanks().Match(text)
}

// withoutBlanks removes blanks before quotes. It may be called where a row cannot be parsed with them, since quotes
// within other quotes may have them, too.
func (f *format) withoutBlanks(row []byte) []byte {
	return blanksBeforeQuotes[f.delimiter]().ReplaceAll(row, []byte(`$1"`))
}

// unescaped gives a row with what MySQL writes in quotes with a backslash as a CSV has it: \" as "", and \\ as \.
func (f *format) unescaped(row []byte) []byte {
	text, quoted := make([]byte, 0, len(row)), false
	for i := 0; i < len(row); i++ {
		c := row[i]
		switch size := 1; {
		case c >= utf8.RuneSelf && f.decoder != nil: // whose second byte can be that of a backslash
			size = max(1, f.size(row[i:]))
			text = append(text, row[i:i+size]...)
			i += size - 1
			continue
		case quoted && c == '\\' && i+1 < len(row) && row[i+1] == '"':
			text, i = append(text, '"'), i+1
		case quoted && c == '\\' && i+1 < len(row) && row[i+1] == '\\':
			i++
		case c == '"':
			quoted = !quoted
		}
		text = append(text, row[i])
	}
	return text
}

// escapesQuotes tells whether a line of a text is a row only where quotes are escaped with backslashes. A path ends with one
// before a quote as well.
func (r *Reader) escapesQuotes(text []byte) bool {
	for {
		at := bytes.Index(text, []byte(`\"`))
		if at < 0 {
			return false
		}
		text = text[bytes.LastIndex(text[:at], []byte(r.lineBreak()))+1:]
		line, rest, _ := bytes.Cut(text, []byte(r.lineBreak()))
		text = rest
		if _, err := r.reparse(line, false); err == nil {
			continue
		}
		if _, err := r.reparse(r.format.unescaped(line), false); err == nil {
			return true
		}
	}
}
