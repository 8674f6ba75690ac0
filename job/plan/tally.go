package plan

// Tally counts what a plan does with the rows of an input. The zero value counts nothing.
type Tally struct {
	Rows        int64 // of the input, whatever becomes of them
	InvalidRows int64 // rows that cannot be sent and have no result yet
	SkippedRows int64 // rows that an earlier run carried out
	Duplicates  int64 // rows that repeat another, and so share its entry and its fate
	Accounts    int64 // accounts to which something is done
	Entries     int64 // entries of all requests; each stands for one row or more
	Requests    int64 // requests that carry all entries: no smaller number could

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
