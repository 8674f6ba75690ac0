package run

import (
	"fmt"
	"hash/maphash"

	"meetbatch/job"
)

// claims find rows that give a room to an account where a row before gives it to another one: chance would decide whose it
// is. The row before is known to be the first by then, and is sent. A million rooms take about 30 MiB.
type claims struct {
	seed  maphash.Seed
	rooms map[uint64]claim
}

type claim struct {
	account uint32 // a hash
	line    uint32 // the last one that fits where it does not
}

// claimed is why a row is invalid that claims a room.
const claimed = "the room is given to another account"

// take gives a row as it is to be planned.
func (c *claims) take(it job.Item) job.Item {
	if c.rooms == nil {
		c.seed, c.rooms = maphash.MakeSeed(), map[uint64]claim{}
	}
	room, account := maphash.String(c.seed, it.Value), uint32(maphash.String(c.seed, it.Account))
	first, known := c.rooms[room]
	switch {
	case it.Invalid != "":
	case !known:
		c.rooms[room] = claim{account, uint32(min(it.Line, 1<<32-1))}
	case first.account != account:
		it.Invalid, it.Detail = claimed, fmt.Sprintf("on line %d", first.line)
	}
	return it
}
