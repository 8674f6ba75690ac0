package reader

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"golang.org/x/text/transform"
)

// bufferSize is how much of an input is looked at to find out what it is.
const bufferSize = 256 << 10

// noText is how files begin that people take for a CSV.
var noText = []struct{ start, is string }{
	{"PK\x03\x04", "a spreadsheet (xlsx, ods) or another zip file"},
	{"\xD0\xCF\x11\xE0", "a spreadsheet (xls)"},
	{"%PDF", "a PDF"},
}

// decompress undoes gzip or zstd, which an input shows by how it begins.
func decompress(input io.Reader) (*bufio.Reader, error) {
	from := bufio.NewReaderSize(input, bufferSize)
	start, _ := from.Peek(4)
	for _, other := range noText {
		if bytes.Equal(start, []byte(other.start)) {
			return nil, &Error{Reason: "this is " + other.is + ", not a CSV", Try: "save it as CSV UTF-8"}
		}
	}
	switch {
	case bytes.HasPrefix(start, []byte("\x1F\x8B")):
		text, err := gzip.NewReader(from)
		if err != nil {
			return nil, packed{err}
		}
		return bufio.NewReaderSize(unpacking{text}, bufferSize), nil
	case bytes.Equal(start, []byte("\x28\xB5\x2F\xFD")), isSkippable(start):
		text, err := zstd.NewReader(from, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(128<<20))
		if err != nil {
			return nil, packed{err}
		}
		return bufio.NewReaderSize(unpacking{text}, bufferSize), nil
	}
	return from, nil
}

// isSkippable tells whether an input begins with a frame of zstd that holds no text (RFC 8878, section 3.1.2).
func isSkippable(start []byte) bool {
	return len(start) == 4 && start[0]&0xF0 == 0x50 && bytes.Equal(start[1:], []byte("\x2A\x4D\x18"))
}

// unpacking reads what is compressed; its errors are of type packed.
type unpacking struct{ from io.Reader }

func (u unpacking) Read(p []byte) (int, error) {
	n, err := u.from.Read(p)
	if err != nil && err != io.EOF {
		err = packed{err}
	}
	return n, err
}

// packed says that an input cannot be decompressed any further.
type packed struct{ err error }

func (p packed) Unwrap() error { return p.err }

func (p packed) Error() string {
	if errors.Is(p.err, io.ErrUnexpectedEOF) {
		return "the compressed file is cut short"
	}
	return fmt.Sprintf("the compressed file is damaged: %v", p.err)
}

// format is how an input is written, as its start shows it.
type format struct {
	script
	mark      string // byte order mark
	delimiter rune
	cr        bool // lines end with a lone CR
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
	f.delimiter, f.cr = findEnds(window)
	if opts.Delimiter != 0 {
		f.delimiter = opts.Delimiter
	}
	return from, f, nil
}

// delimiters are those that are found without being told.
var delimiters = []rune{',', ';', '\t'}

// findEnds finds where fields and lines end, from the header row: the delimiter that occurs most often
// outside of quotes, and whether the row ends with a lone CR.
func findEnds(window []byte) (delimiter rune, cr bool) {
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
	delimiter = delimiters[0]
	for _, d := range delimiters {
		if count[d] > count[delimiter] {
			delimiter = d
		}
	}
	return delimiter, cr
}
