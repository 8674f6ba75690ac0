package reader

import (
	"bufio"
	"bytes"
	"io"

	"golang.org/x/text/transform"
)

// bufferSize is how much of an input is looked at to find out what it is.
const bufferSize = 256 << 10

// format is how an input is written, as its start shows it.
type format struct {
	script
	mark      string // byte order mark
	delimiter rune
	cr        bool // lines end with a lone CR
}

// lineEnd is what ends a line that has no end yet.
func (f *format) lineEnd() byte {
	if f.cr {
		return '\r'
	}
	return '\n'
}

// beginsBlank tells whether a text begins with the end of a line.
func (f *format) beginsBlank(text []byte) bool {
	return bytes.HasPrefix(text, []byte("\n")) || bytes.HasPrefix(text, []byte("\r\n")) || f.cr && bytes.HasPrefix(text, []byte("\r"))
}

// open finds out how an input is written and returns it in a form that can be parsed.
func open(input io.Reader, opts Options) (*bufio.Reader, format, error) {
	from, err := decompress(input)
	if err != nil {
		return nil, format{}, err
	}
	start, _ := from.Peek(4)
	mark, encoding := findMark(start)
	if opts.Encoding != Auto && opts.Encoding != encoding {
		mark, encoding = "", opts.Encoding
	}
	from.Discard(len(mark))
	f := format{script: newScript(encoding), mark: mark}
	if encoding == UTF16 {
		f.bigEnd = mark == "\xFE\xFF" || mark == "" && len(start) > 0 && start[0] == 0 // an ASCII character, as a rule
		decoder := &utf16Decoder{bigEnd: f.bigEnd, offset: int64(len(mark))}
		from = bufio.NewReaderSize(transform.NewReader(from, decoder), bufferSize)
	}
	window, _ := from.Peek(bufferSize) // what is wrong with the input comes up when it is read
	f.delimiter, f.cr = delimiterAndEnds(window)
	if opts.Delimiter != 0 {
		f.delimiter = opts.Delimiter
	}
	return from, f, nil
}

// delimiters are those that are found without being told.
var delimiters = []rune{',', ';', '\t'}

// delimiterAndEnds finds out from the header row where fields and lines end: at the delimiter that occurs most often
// outside of quotes, and whether at a lone CR.
func delimiterAndEnds(window []byte) (delimiter rune, cr bool) {
	row, quotes := bytes.TrimLeft(window, "\r\n"), 0
	count := map[rune]int{}
	for i, c := range row {
		switch {
		case c == '"':
			quotes++
		case quotes%2 == 1:
		case c == '\r' && (i+1 == len(row) || row[i+1] != '\n'):
			cr = true
		}
		if quotes%2 == 0 && (c == '\r' || c == '\n') {
			break
		}
		if quotes%2 == 0 {
			count[rune(c)]++
		}
	}
	return mostFrequent(count), cr
}

// mostFrequent is the delimiter that occurs most often; the first where several do.
func mostFrequent(count map[rune]int) rune {
	most := delimiters[0]
	for _, d := range delimiters {
		if count[d] > count[most] {
			most = d
		}
	}
	return most
}
