package reader

import (
	"cmp"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"
)

// Error says why an input cannot be read, or not to its end. What is wrong with one row only is no Error, but is said in
// its job.Item.
type Error struct {
	File   string // the name that New was given
	Line   int64  // where it is, from 1; 0 where the file as a whole is meant
	Reason string
	Try    string // the hint; may be empty
}

// Error is one line that names place and reason, the place as compilers write it: rooms.csv:3.
func (e *Error) Error() string {
	if e.Line == 0 {
		return fmt.Sprintf("%s: %s", e.File, e.Reason)
	}
	return fmt.Sprintf("%s:%d: %s", e.File, e.Line, e.Reason)
}

// Hint names what to try, in words that may follow the error; it may be empty.
func (e *Error) Hint() string { return e.Try }

// errLongRow says that a row is longer than maxRow.
var errLongRow = errors.New("the row is longer than 1 MiB")

// textError says that a byte of an input is not text.
type textError struct {
	at    int64  // offset behind the byte order mark
	inRow int    // offset in the row
	why   string // where there is more to say
}

func (b *textError) Error() string { return "not text" }

// unitError says that a unit of UTF-16 is no part of a character.
type unitError struct{ offset int64 }

func (e unitError) Error() string { return fmt.Sprintf("byte %d is not text in UTF-16", e.offset+1) }

// packedError says that an input cannot be decompressed any further.
type packedError struct{ err error }

func (p packedError) Unwrap() error { return p.err }

func (p packedError) Error() string {
	if errors.Is(p.err, io.ErrUnexpectedEOF) {
		return "the compressed file is cut short"
	}
	return fmt.Sprintf("the compressed file is damaged: %v", p.err)
}

// headerError says why the header row is of no use.
func (r *Reader) headerError(err error) error {
	var e *Error
	var parse *csv.ParseError
	switch {
	case errors.As(err, &e):
		e.File = r.name
		return e
	case err == io.EOF:
		return &Error{File: r.name, Reason: "the file is empty", Try: "the first line must name the columns: account," + r.op.Column}
	case errors.As(err, &parse):
		return &Error{File: r.name, Line: int64(parse.StartLine), Reason: "the header row cannot be read: " + parse.Err.Error(), Try: "is this a CSV?"}
	}
	return r.readError(1, err)
}

// readError says why the reading ends at a line.
func (r *Reader) readError(line int64, err error) error {
	e := &Error{File: r.name, Line: line, Reason: err.Error()}
	var known *Error
	var text *textError
	var unit unitError
	var packed packedError
	switch {
	case errors.As(err, &known):
		known.File = r.name
		return known
	case errors.As(err, &text):
		e.Reason, e.Try = r.notText(text)
	case errors.As(err, &unit):
		e.Try = "export the file again"
	case errors.As(err, &packed):
		e.Try = "transfer or compress the file again"
	case errors.Is(err, errLongRow):
		e.Try = "is a quote opened and never closed?"
	}
	return e
}

// notText words why a byte is not text, and what to try.
func (r *Reader) notText(b *textError) (reason, try string) {
	encoding := cmp.Or(r.format.encoding, UTF8)
	if encoding == UTF16 { // a NUL: all else was met while it was made UTF-8, of which it is not known where it stood
		return "a NUL character is no text", "export the file again"
	}
	at, c := int64(len(r.format.mark))+b.at+1, r.tape.slice(b.at, b.at+1)[0]
	reason = fmt.Sprintf("byte %d of the file (0x%02X) is not text in %s", at, c, strings.ToUpper(encoding))
	if b.why != "" {
		reason = fmt.Sprintf("byte %d of the file (0x%02X): %s", at, c, b.why)
	}
	return reason, r.otherEncoding(encoding, c)
}

// otherEncoding is the hint for a byte that is not text in the encoding that it was read in.
func (r *Reader) otherEncoding(encoding string, c byte) string {
	const save = "save the file as CSV UTF-8"
	switch say := r.opts.Say; {
	case c == 0:
		return save + "; if it is UTF-16, say so with " + say("encoding", UTF16)
	case r.opts.Encoding != Auto:
		return say("encoding", Auto) + " finds the encoding by itself"
	case encoding == UTF8:
		return save + ", or name its encoding with " + say("encoding", GB18030)
	}
	return save + "; as far as it can be read, it is " + encoding
}
