package job

// State is what the service says of an entry when it is asked: of an account its status, in the words of the
// operation's values, and of a room whose it is.
type State string

const (
	Unread State = ""      // nothing was found of it, which proves nothing
	Held   State = "held"  // the room is allocated to the account of the row
	Free   State = "free"  // the room is allocated to nobody
	Other  State = "other" // the room is allocated to somebody else
	Gone   State = "gone"  // the service knows no such account
)

// Wants is the state in which an entry is as a row with the value wants it.
func (op Operation) Wants(value string) State {
	if op.Makes != Unread {
		return op.Makes
	}
	return State(value)
}

// Change is what is to be done about a row, given the state of its entry.
type Change int

const (
	Perhaps    Change = iota // nobody knows whether it is as wanted
	IsSo                     // it is as wanted
	ToChange                 // it is not, and the operation can make it so
	Impossible               // it is not, and the operation cannot
)

// Weigh tells what is to be done about a row with the value whose entry is in the state.
func (op Operation) Weigh(s State, value string) Change {
	switch {
	case s == Unread:
		return Perhaps
	case s == op.Wants(value):
		return IsSo
	case s == Gone || s == Other || op.Takes != Unread && s != op.Takes:
		return Impossible
	}
	return ToChange
}
