package reader

import (
	"bufio"
	"bytes"
	"io"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// noCSV is how files begin that people take for a CSV.
var noCSV = []struct{ start, is string }{
	{"PK\x03\x04", "a spreadsheet (xlsx, ods) or another zip file"},
	{"\xD0\xCF\x11\xE0", "a spreadsheet (xls)"},
	{"%PDF", "a PDF"},
}

// decompress undoes gzip or zstd, which an input shows by how it begins.
func decompress(input io.Reader) (*bufio.Reader, error) {
	from := bufio.NewReaderSize(input, bufferSize)
	start, _ := from.Peek(4)
	for _, other := range noCSV {
		if bytes.Equal(start, []byte(other.start)) {
			return nil, &Error{Reason: "this is " + other.is + ", not a CSV", Try: "save it as CSV UTF-8"}
		}
	}
	switch {
	case bytes.HasPrefix(start, []byte("\x1F\x8B")):
		text, err := gzip.NewReader(from)
		if err != nil {
			return nil, packedError{err}
		}
		return bufio.NewReaderSize(unpacking{text}, bufferSize), nil
	case bytes.Equal(start, []byte("\x28\xB5\x2F\xFD")), isSkippable(start):
		text, err := zstd.NewReader(from, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(128<<20))
		if err != nil {
			return nil, packedError{err}
		}
		return bufio.NewReaderSize(unpacking{text}, bufferSize), nil
	}
	return from, nil
}

// isSkippable tells whether an input begins with a frame of zstd that holds no text (RFC 8878, section 3.1.2).
func isSkippable(start []byte) bool {
	return len(start) == 4 && start[0]&0xF0 == 0x50 && bytes.Equal(start[1:], []byte("\x2A\x4D\x18"))
}

// unpacking reads what is compressed; its errors are of type packedError.
type unpacking struct{ from io.Reader }

func (u unpacking) Read(p []byte) (int, error) {
	n, err := u.from.Read(p)
	if err != nil && err != io.EOF {
		err = packedError{err}
	}
	return n, err
}
