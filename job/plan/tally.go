package plan

// Tally counts what a plan does with the rows of an input. The zero value counts nothing.
type Tally struct {
	Rows        int64 // of the input, whatever becomes of them
	InvalidRows int64 // that cannot be sent and have no result yet
	SkippedRows int64 // that an earlier run carried out
	Duplicates  int64 // rows that repeat another and share its fate, whatever that is
	Accounts    int64 // to which something is done
	Entries     int64 // of all requests together
	Requests    int64 // the smallest number of requests that can carry all entries

	// Values counts the entries by their value, for operations that are not per account. It is empty for
	// others, and may be nil.
	Values map[string]int64
}

// add counts what another tally counts.
func (t *Tally) add(other Tally) {
	t.Rows += other.Rows
	t.InvalidRows += other.InvalidRows
	t.SkippedRows += other.SkippedRows
	t.Duplicates += other.Duplicates
	t.Accounts += other.Accounts
	t.Entries += other.Entries
	t.Requests += other.Requests
	for value, n := range other.Values {
		t.addValue(value, n)
	}
}

func (t *Tally) addValue(value string, n int64) {
	if t.Values == nil {
		t.Values = map[string]int64{}
	}
	t.Values[value] += n
}
