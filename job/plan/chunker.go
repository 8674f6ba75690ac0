package plan

import (
	"iter"

	"meetbatch/job"
)

// chunks cuts the entries of an operation's groups into chunks. Here it is decided how large a request is: of
// those for one target, all but the last have size entries, so that there are as few as there can be. An error
// is the last thing that is yielded.
func chunks(op job.Operation, size int, groups iter.Seq2[group, error]) iter.Seq2[job.Chunk, error] {
	if !op.PerAccount {
		return chunksByValue(size, groups)
	}
	// Each account is a target, and all of its entries are in its group.
	return func(yield func(job.Chunk, error) bool) {
		for g, err := range groups {
			if err != nil {
				yield(job.Chunk{}, err)
				return
			}
			for at := 0; at < len(g.entries); at += size {
				end := min(at+size, len(g.entries))
				if !yield(job.Chunk{Target: g.account, Entries: g.entries[at:end:end]}, nil) {
					return
				}
			}
		}
	}
}

// chunksByValue makes each value a target. Its entries are accounts, which are gathered until a chunk is full. In
// groups it is the other way round, whatever the operation.
func chunksByValue(size int, groups iter.Seq2[group, error]) iter.Seq2[job.Chunk, error] {
	return func(yield func(job.Chunk, error) bool) {
		gathered := map[string][]job.Entry{}
		var values []string // in the order of their first rows, so that the same plan always gives the same chunks
		for g, err := range groups {
			if err != nil {
				yield(job.Chunk{}, err)
				return
			}
			account := g.entries[0]
			value := account.ID
			account.ID = g.account
			entries, known := gathered[value]
			if !known {
				values = append(values, value)
			}
			if entries == nil {
				entries = make([]job.Entry, 0, size)
			}
			entries = append(entries, account)
			if len(entries) == size {
				if !yield(job.Chunk{Target: value, Entries: entries}, nil) {
					return
				}
				entries = nil
			}
			gathered[value] = entries
		}
		for _, value := range values {
			if left := gathered[value]; len(left) > 0 && !yield(job.Chunk{Target: value, Entries: left}, nil) {
				return
			}
		}
	}
}

// requests counts the chunks that so many entries for one target are cut into.
func requests(entries int64, size int) int64 { return (entries + int64(size) - 1) / int64(size) }
