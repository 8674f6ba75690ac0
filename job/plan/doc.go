// Package plan groups the rows of a whole input into the fewest requests that carry them, in bounded memory.
//
// A request has one target and up to so many entries. For an operation per account, the account is the target
// and its rooms are the entries; for others, a value is the target and accounts are the entries. The requests
// are fewest when, of those for one target, all but the last are full. For that, the rows of an account have to
// be brought together wherever in the input they stand, and only then is it known which rows repeat or
// contradict one another. As an input can have millions of rows, this is done as databases group what does not
// fit into memory: rows are spread over partitions by a hash of their account, partitions go to a temporary
// file when memory is full (they spill), one partition after the other is grouped, and the sorted results are
// merged (a k-way merge).
//
// # How a row becomes part of a chunk
//
// Planner.Add packs the row into a record, and adds the record to the partition of the row's account. A row
// that is invalid by itself goes to a list of its own. When the records in memory come to Settings.Memory
// bytes, all of them move to a temporary file, and memory is free for the next ones. If that never happens,
// there is no file, and whatever is said to be in one below stays in memory.
//
// Planner.Plan groups each partition by itself. It reads the partition's records and brings the rows together
// by account, so that each account becomes a group with one entry for each of its values. A row with a value
// that the account has already becomes a duplicate in that entry, and shares its fate. Then it looks at the
// entries: those that have a result already are left out; those that an earlier run carried out are set aside
// as skipped; where an account can have one value only and has several, its rows are set aside as invalid, and
// where it can have so many entries only, those of the entries beyond; what remains is to be sent. The groups to be sent, the skipped entries and the invalid rows are the partition's
// section of the plan. They are packed again, each kind sorted by line in a list of its own, and go to a second
// file. The first one is closed when every partition is grouped.
//
// Plan.Chunks merges the groups of all sections, which puts them back into the order of the input, and cuts
// their entries into chunks. Plan.Invalid and Plan.Skipped merge what was set aside in the same way.
//
// # What things are called
//
// A packed record is a row, a group or another thing to be kept, in few bytes: numbers are varints, and texts
// stand behind their lengths. It does not say what kind of thing it is, since each list has records of one
// kind.
//
// A list is records one behind the other. They are added at its end and read from its front. The front can be
// in a spill file, in extents of which each was written at once; the rest is in memory.
//
// A spill file is a temporary file with the fronts of many lists. It has no format beyond that and can be read
// by nobody else, since only the lists know where their extents are; it ends with the process. A disk can fail
// all the same, so that nothing in it is taken for granted: too few bytes are an io.ErrUnexpectedEOF, and bytes
// that cannot be a record are an error, too.
//
// A partition is the rows of all accounts whose hashes are the same modulo partitionCount, and what earlier
// runs did to these accounts. The hash has a new seed in every planner, so that no input can be made that goes
// to one partition as a whole. It is that of the folded account, in lower case and composed, so that all spellings
// of an account are grouped together, where they are found; they stay accounts of their own.
//
// largePart is the size from which a partition is too large to be grouped at once. It is such that the
// partitions that are grouped at the same time fit into Settings.Memory together. A larger one is divided into
// parts first. This needs a second hash, as the first one is the same for all of the partition's accounts: the
// hash modulo partitionCount decided on the partition, so the hash divided by partitionCount decides on the
// part. If one is still too large, that is because of an account in very many spellings, which the hash of the
// account as it stands divides, or of one with very many rows, and no hash divides those.
//
// # What is bounded
//
// While rows are added, Settings.Memory bounds the bytes of records in memory. While partitions are grouped,
// largePart bounds each of those that are loaded. While lists are merged, each takes a buffer of some KiB, or of
// its largest record where that is larger. What grows with the input is only where in the files the lists are,
// which is little, and the number of lists once partitions are divided. All rows of one account have to be in memory
// together, so that an account with more than maxRows of them is refused, before they are.
package plan
