package reader

import (
	"cmp"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
)

// Error says what is wrong with an input as a whole: it cannot be read, or not to its end.
type Error struct {
	File   string
	Line   int64 // 0 where the file as a whole is meant
	Reason string
	Try    string // a hint
}

func (e *Error) Error() string {
	if e.Line == 0 {
		return fmt.Sprintf("%s: %s", e.File, e.Reason)
	}
	return fmt.Sprintf("%s:%d: %s", e.File, e.Line, e.Reason)
}

// Hint names what to try.
func (e *Error) Hint() string { return e.Try }

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
	var text *badText
	var unit errUnit
	var packed packed
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
func (r *Reader) notText(b *badText) (reason, try string) {
	at := int64(len(r.format.mark)) + b.at + 1
	encoding := cmp.Or(r.format.encoding, UTF8)
	names := map[string]string{UTF8: "UTF-8", UTF16: "UTF-16", GB18030: "GB18030"}
	if encoding == UTF16 { // which was text; the parser saw something else
		return "a NUL character is no text", "export the file again"
	}
	c := r.tape.slice(b.at, b.at+1)[0]
	reason = fmt.Sprintf("byte %d of the file (0x%02X) is not text in %s", at, c, names[encoding])
	switch {
	case b.is != "":
		return fmt.Sprintf("byte %d of the file (0x%02X): %s", at, c, b.is), "save the file as CSV UTF-8, or name its encoding with --encoding gb18030"
	case c == 0:
		return reason, "save the file as CSV UTF-8; if it is UTF-16, say so with --encoding utf-16"
	case r.opts.Encoding == Auto && encoding == UTF8:
		return reason, "save the file as CSV UTF-8, or name its encoding with --encoding gb18030"
	case r.opts.Encoding == Auto:
		return reason, "save the file as CSV UTF-8; as far as it can be read, it is " + encoding
	}
	return reason, "--encoding auto finds the encoding by itself"
}

// badText says that a byte of an input is not text.
type badText struct {
	at    int64  // offset behind the byte order mark
	inRow int    // offset in the row
	is    string // why, where there is more to say
}

func (b *badText) Error() string { return "not text" }
