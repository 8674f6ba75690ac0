package plan

import (
	"iter"
	"time"

	"meetbatch/job"
)

// Tally counts what a plan does with the rows of an input. The zero value counts nothing.
type Tally struct {
	Rows        int64 // of the input, or of the shard of it that is planned, whatever becomes of them
	InvalidRows int64 // that cannot be sent and have no result yet
	SkippedRows int64 // that an earlier run carried out, or about which nothing is to be done for another reason
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
		t.Values[value] += n
	}
}

// Plan is every request that a run will send, and every row that it will not. It has to be closed. It does not
// change until then, and is safe for concurrent use.
//
// Invalid, Skipped and Chunks can be called any number of times, and yield the same each time. An error is the
// last thing that they yield, and comes from the temporary file: io.ErrUnexpectedEOF where less comes back than
// was written, os.ErrClosed where the plan was closed, or whatever the file returns.
type Plan struct {
	Tally

	// Elsewhere counts the rows of other shards, and those of them that are invalid. Nothing else is known of them.
	Elsewhere Tally

	// Torn are entries that have a result already although some of the rows that repeat them have none: the
	// process that settled them died between the two. Line is that of the row that has a result; Duplicates are
	// only those that have none. They are in no particular order, and are neither among the chunks nor in the
	// tally's Entries.
	Torn []job.Entry

	// Alike and Apart are accounts that stand in the input in several spellings, whichever shards these are in, and also where
	// all of their rows have a result already. Apart are those whose spellings contradict one another, where an account can have one value only.
	Alike, Apart Spellings

	operation job.Operation
	size      int // entries per request at most
	file      *spillFile
	reasons   []string // why rows are invalid; many share one, so that a packed row has its number only

	// Every list is by line; of a group, that of its first entry.
	toSend  []list // groups
	skipped []list // skips
	invalid []list // invalid rows, also those that are so because of others of their account
}

// Invalid yields the rows that cannot be sent and have no result yet, by line.
func (p *Plan) Invalid() iter.Seq2[job.Item, error] {
	return merge(p.file, p.invalid, func(record string) (int64, job.Item, error) {
		it, err := unpackInvalid(record, p.reasons)
		return it.Line, it, err
	})
}

// Skipped yields outcomes for the rows about which nothing is to be done, by line. Each is of one entry, and names the
// request that carried it out in an earlier run, or why else that is so, and when that was.
func (p *Plan) Skipped() iter.Seq2[job.Outcome, error] {
	return merge(p.file, p.skipped, func(record string) (int64, job.Outcome, error) {
		s, err := unpackSkip(record)
		target, entry := s.account, s.entry
		if !p.operation.PerAccount {
			target, entry.ID = entry.ID, target
		}
		return entry.Line, job.Outcome{
			Chunk:      job.Chunk{Target: target, Entries: []job.Entry{entry}},
			Status:     job.Skipped,
			RequestID:  s.requestID,
			Answer:     job.Answer{Message: s.why},
			FinishedAt: time.UnixMilli(s.at),
		}, err
	})
}

// Chunks yields the requests to send, as far as grouping allows in the order of the input: for operations per
// account, accounts come in the order of their first rows that are to be sent.
func (p *Plan) Chunks() iter.Seq2[job.Chunk, error] {
	return chunks(p.operation, p.size, merge(p.file, p.toSend, unpackGroup))
}

// Close gives up the plan's temporary file, if it has one. It may be called more than once.
func (p *Plan) Close() error { return p.file.close() }
