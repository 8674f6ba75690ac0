package reader

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"strings"
)

// Error says why an input cannot be read, or not to its end. What is wrong with one row only is no Error, but is said in
// its job.Item.
type Error struct {
	File   string // the name that New was given
	Line   int64  // where it is, from 1; 0 where the file as a whole is meant
	Reason string
	Try    string // the hint; may be empty

	err error // what it wraps; mostly nothing
}

// Error is one line that names place and reason, the place as compilers write it: rooms.csv:3.
func (e *Error) Error() string {
	if e.Line == 0 {
		return fmt.Sprintf("%s: %s", e.File, e.Reason)
	}
	return fmt.Sprintf("%s:%d: %s", e.File, e.Line, e.Reason)
}

// Unwrap is for errors.Is within this package.
func (e *Error) Unwrap() error { return e.err }

// Hint names what to try, in words that may follow the error; it may be empty.
func (e *Error) Hint() string { return e.Try }

// readError says why the reading ends at a line. What comes from this package has reason and hint already, but knows
// nothing of the place.
func (r *Reader) readError(line int64, err error) error {
	e := &Error{File: r.name, Line: line, Reason: err.Error()}
	if known, is := errors.AsType[*Error](err); is {
		e.Line, e.Reason, e.Try = cmp.Or(line, known.Line), known.Reason, known.Try
	}
	return e
}

// longRow says why a row has no end within what one may take: a quote is not closed, or a cell is that long.
func (r *Reader) longRow() error {
	row := r.tape.row()
	blank := blankLines(row, r.format.cr)
	row = row[len(blank):]
	e := &Error{File: r.name, Line: r.next + r.tape.skipped + r.lineEnds(blank), Reason: errLongRow.Error(), Try: "leave out columns that nobody needs, such as pictures"}
	if bytes.HasSuffix(row, []byte{0}) {
		e.Try = cutFile
	}
	if at := openQuote(row, r.format.delimiter); at >= 0 {
		line := e.Line + r.lineEnds(row[:at])
		if !r.tape.closes(r.format.delimiter) {
			e.Reason += fmt.Sprintf(": a quote is opened on line %d and not closed", line)
			e.Try = "mend the quote, or export again"
		}
	}
	return e
}

// notText says that a byte of the last row, before which so many stand behind the byte order mark, is not text in the
// encoding that it was read in.
func (r *Reader) notText(line int64, at int, before int64) *Error {
	const save = "save the file as CSV UTF-8"
	e := &Error{File: r.name, Line: line}
	encoding, c, say := cmp.Or(r.format.encoding, UTF8), r.raw[at], r.opts.Say
	e.Reason = fmt.Sprintf("byte %d of the file (0x%02X)", int64(len(r.format.mark))+before+int64(at)+1, c)
	if r.format.encoding == unknown && c != 0 {
		e.Reason += ": this is not UTF-8, and hardly Chinese in GB18030"
	} else {
		e.Reason += " is not text in " + strings.ToUpper(encoding)
	}
	switch {
	case encoding == UTF16: // which was made UTF-8, of which it is not known where it stood
		e.Reason, e.Try = "half a character is no text in UTF-16", "export the file again"
		if c == 0 {
			e.Reason = "a NUL character is no text"
		}
	case c == 0 && r.cells != nil:
		e.Try = "export the file again"
	case c == 0:
		e.Try = save + "; if it is UTF-16, say so with " + say("encoding", UTF16)
	case r.opts.Encoding != Auto:
		e.Try = say("encoding", Auto) + " finds the encoding by itself"
	case r.format.encoding != unknown:
		e.Try = save + "; as far as it can be read, it is " + encoding
	default:
		e.Try = save
		if fits := offer(r.evidence); fits != "" {
			e.Try += ", or name its encoding with " + say("encoding", fits)
		}
	}
	return e
}
