package reader

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"golang.org/x/text/transform"
)

// bufferSize is how much of an input is looked at to find out what it is.
const bufferSize = 256 << 10

// open finds out how an input is written and returns it in a form that can be parsed.
func open(input io.Reader, opts Options) (*bufio.Reader, format, error) {
	from, err := decompress(input, opts.Keep)
	if err != nil {
		return nil, format{}, err
	}
	var f format
	start, _ := from.Peek(bufferSize)
	for _, m := range byteOrderMarks {
		marks := len(start) - len(trimMarks(start, m.mark))
		if marks > 0 && (opts.Encoding == Auto || opts.Encoding == m.encoding) {
			f.mark = string(start[:marks])
			f.is(m.encoding)
		}
	}
	if opts.Encoding != Auto {
		f.is(opts.Encoding)
	}
	if f.encoding == UTF16 && f.mark == "" && len(start) > 1 && bytes.IndexByte(start, 0) < 0 { // which each character of ASCII has, as a line end is
		return nil, format{}, &Error{Reason: "this is not UTF-16, as it is said to be: there is no 0 among its bytes", Try: opts.Say("encoding", Auto) + " finds the encoding by itself"}
	}
	from.Discard(len(f.mark))
	if f.encoding == UTF16 {
		f.bigEnd = strings.HasPrefix(f.mark, "\xFE\xFF") || f.mark == "" && len(start) > 0 && start[0] == 0 // an ASCII character, as a rule
		decoder := &utf16Decoder{bigEnd: f.bigEnd, offset: int64(len(f.mark))}
		from = bufio.NewReaderSize(transform.NewReader(from, decoder), bufferSize)
	}
	window, _ := from.Peek(bufferSize) // what is wrong with the input comes up when it is read
	if err := otherThanCSV(window); err != nil {
		return nil, format{}, err
	}
	f.cr = endsWithCR(window)
	return from, f, nil
}

// endsWithCR tells whether lines end at a lone CR, as the first does that ends outside of quotes.
func endsWithCR(window []byte) bool {
	row, quoted := bytes.TrimLeft(window, "\r\n"), false
	for i, c := range row {
		if c == '"' {
			quoted = !quoted
		}
		if !quoted && (c == '\r' || c == '\n') {
			return c == '\r' && !bytes.HasPrefix(row[i+1:], []byte("\n"))
		}
	}
	return false
}

// trimMarks removes the byte order marks that a text begins with: some tools put one before another's.
func trimMarks(text []byte, mark string) []byte {
	for bytes.HasPrefix(text, []byte(mark)) {
		text = text[len(mark):]
	}
	return text
}

// decompress undoes gzip or zstd, which an input shows by how it begins. What is read of the result is written to keep.
func decompress(input io.Reader, keep io.Writer) (*bufio.Reader, error) {
	from := bufio.NewReaderSize(input, bufferSize)
	window, _ := from.Peek(bufferSize)
	if err := otherThanCSV(window); err != nil {
		return nil, err
	}
	start := string(window[:min(4, len(window))])
	var text io.Reader = from
	var err error
	switch {
	case len(start) >= 2 && start[:2] == "\x1F\x8B":
		text, err = gzip.NewReader(from)
	case start == "\x28\xB5\x2F\xFD", len(start) == 4 && start[0]&0xF0 == 0x50 && start[1:] == "\x2A\x4D\x18":
		// The second is a frame that holds no text, with which zstd may begin (RFC 8878, section 3.1.2).
		text, err = zstd.NewReader(from, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(128<<20))
	}
	if err != nil {
		return nil, packedError(err)
	}
	if text != from {
		text = unpacking{text}
	}
	if keep != nil {
		text = io.TeeReader(text, keep)
	}
	return bufio.NewReaderSize(text, bufferSize), nil // from itself, where nothing stands around it
}

// unpacking reads what is compressed, and says so in its errors.
type unpacking struct{ from io.Reader }

func (u unpacking) Read(p []byte) (int, error) {
	n, err := u.from.Read(p)
	if err != nil && err != io.EOF {
		err = packedError(err)
	}
	return n, err
}

// packedError says that an input cannot be decompressed any further.
func packedError(err error) error {
	e := &Error{Reason: fmt.Sprintf("the compressed file is damaged: %v", err), Try: "transfer or compress the file again"}
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF):
		e.Reason = "the compressed file is cut short"
	case errors.Is(err, zstd.ErrWindowSizeExceeded), errors.Is(err, zstd.ErrDecoderSizeExceeded): // the second of one segment
		e.Reason, e.Try = "the compressed file needs a window above 128 MB", "compress with --long=27 or less"
	}
	return e
}
