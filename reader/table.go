package reader

import (
	"cmp"
	"slices"
)

// Kinds of doubts: what is neither plainly right nor plainly wrong, and is to be lifted by whoever knows the input.
const (
	DoubtEncoding    = "encoding"    // accounts beyond ASCII in an encoding that was guessed
	DoubtPlaceholder = "placeholder" // what a database or a word processor puts where a text was
	DoubtRounded     = "rounded"     // numbers of which only 15 digits are left
	DoubtSpelling    = "spelling"    // one account in two spellings
	DoubtShape       = "shape"       // last rows that are unlike the others
	DoubtUnfinished  = "unfinished"  // a last row without line end, or an input that grows
)

// Doubts are all kinds.
var Doubts = []string{DoubtEncoding, DoubtPlaceholder, DoubtRounded, DoubtSpelling, DoubtShape, DoubtUnfinished}

// Table is how an input was read.
type Table struct {
	Encoding       string // UTF8 as long as everything was ASCII
	Delimiter      rune
	HeaderLine     int64  // on which the header row begins; 0: there is none
	Account, Value Column // Value is that of the operation's column
}

// Column is where a field stands.
type Column struct {
	Position int    // from 1; 0: nowhere
	Header   string // as it stands in the input; empty where there is none
}

// Note is something about an input that is not about a row alone, or that does not keep a row from being sent.
type Note struct {
	Doubt string  // its kind, where it is one; mostly empty
	Text  string  // the same words for everything of its sort
	Count int64   // of the rows, or of whatever stands on the lines; 0: the input as a whole is meant
	Lines []int64 // of the first of them

	Sample string // what stands there, where Text does not show it; mostly empty
}

// namedLines is how many lines a Note names; all are counted.
const namedLines = 10

// Add counts something that stands on a line.
func (n *Note) Add(line int64) {
	n.Count++
	if len(n.Lines) < namedLines {
		n.Lines = append(n.Lines, line)
	}
}

// note takes down something that stands on a line, with others that have the same words.
func (r *Reader) note(n Note, line int64) {
	at := slices.IndexFunc(r.notes, func(known Note) bool { return known.Text == n.Text })
	if at < 0 {
		at = len(r.notes)
		r.notes = append(r.notes, n)
	}
	r.notes[at].Add(line)
}

// Table says how the input was read, as far as it was: the encoding can change with each Read.
func (r *Reader) Table() Table {
	return Table{cmp.Or(r.format.encoding, UTF8), r.format.delimiter, r.headerLine, r.column(r.at.account), r.column(r.at.value)}
}

func (r *Reader) column(at int) Column { return Column{at + 1, trim(fieldAt(r.cells, at))} }

// Notes are what is to be told of the input beside its rows, in the order in which it was found. It is complete after
// Read returned io.EOF.
func (r *Reader) Notes() []Note {
	return slices.Concat(r.notes, r.roundedAccounts.notes("account"), r.roundedValues.notes(r.op.Column))
}
