// Package job has the words that the other packages share: what an operation, a row, a chunk, an attempt,
// an answer and an outcome are, how they are counted, and the small interfaces through which planning, pacing,
// sending and recording meet. It imports none of them.
package job

// Item is one row of the input, checked.
type Item struct {
	Line    int64  // the line of the input on which the row begins, from 1
	Account string // trimmed
	Value   string // of the operation's column, trimmed and in the API's words: a room ID, 0 or 1
	Invalid string // why the row cannot be sent, the same words for every such row; empty when it can
	Detail  string // what is particular about this row's being invalid; may be empty
	Warning string // what looks wrong about a row that can be sent, the same words for every such row; mostly empty
	Doubt   string // the kind of the Warning where it is to be lifted before the row is sent, a Doubt of the reader; mostly empty
}

// Reason says why the row cannot be sent.
func (it Item) Reason() string {
	if it.Detail == "" {
		return it.Invalid
	}
	return it.Invalid + ": " + it.Detail
}

// Entry is one element of a request's body, and the rows that it stands for.
type Entry struct {
	ID         string
	Line       int64   // the first row that asks for it
	Duplicates []int64 // the lines of the rows that repeat that one, ascending
}

// Rows counts the rows that share the entry's fate.
func (e Entry) Rows() int64 { return 1 + int64(len(e.Duplicates)) }

// Chunk is what one request carries: 1 to MaxChunk entries for one target, no entry twice.
type Chunk struct {
	Target  string // the last segment of the request's path: an account, or a status
	Entries []Entry
}

// Rows counts the rows that the chunk's entries stand for.
func (c Chunk) Rows() int64 {
	var n int64
	for _, e := range c.Entries {
		n += e.Rows()
	}
	return n
}

// Earlier is what is known of an entry from before: from an earlier run that may have changed it, or from the service.
type Earlier struct {
	Account   string
	Value     string
	RequestID string // that carried the entry out
	Why       string // nothing is to be done about it, where no request of ours is the reason
	At        int64  // Unix time in milliseconds
}

// Stands tells whether nothing is to be done about the entry. Else it is not known whether it is still as it was to be.
func (e Earlier) Stands() bool { return e.RequestID != "" || e.Why != "" }
