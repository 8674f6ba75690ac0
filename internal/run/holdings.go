package run

import (
	"hash/maphash"
	"sync"
	"time"

	"meetbatch/job"
)

// holdings are what the service holds of what a run is about, as far as it was read: of each room whose it is, or of each
// account its status. A million of them fit into memory: texts are hashes. It is safe for concurrent use while it is
// read only.
type holdings struct {
	op          job.Operation
	accountType int
	seed        maphash.Seed
	at          time.Time // when the reading began: what was changed since may not be in it

	mu     sync.Mutex           // of what follows, while it is filled
	holder map[uint64]uint64    // by room: the account that has it, nobody or elsewhere
	status map[uint64]job.State // by account
	gone   map[uint64]bool      // accounts that the service does not know
	alone  map[uint64]bool      // accounts that were asked for one by one
	listed bool                 // all that there is was listed
	users  map[uint64]int32     // the number of a user by the account, as far as these are known
	third  map[uint64]int32     // and by the third-party user ID
}

// What has a room that no user has.
const (
	nobody    uint64 = iota
	elsewhere        // a terminal
)

func newHoldings(op job.Operation, accountType int, at time.Time) *holdings {
	return &holdings{
		op: op, accountType: accountType, seed: maphash.MakeSeed(), at: at,
		holder: map[uint64]uint64{}, status: map[uint64]job.State{}, gone: map[uint64]bool{}, alone: map[uint64]bool{},
	}
}

func (h *holdings) hash(text string) uint64 { return max(maphash.String(h.seed, text), elsewhere+1) }

// state tells what is known of the entry of a row.
func (h *holdings) state(account, value string) job.State {
	who := h.hash(account)
	if !h.op.PerAccount {
		if h.gone[who] {
			return job.Gone
		}
		return h.status[who]
	}
	switch holder, known := h.holder[h.hash(value)]; {
	case !known && (h.gone[who] || h.alone[who] && h.listed):
		return job.Gone // neither the enterprise nor the account has the room
	case !known && h.alone[who]:
		return job.Free // of this account
	case !known:
		return job.Unread
	case holder == nobody:
		return job.Free
	case holder == who && h.accountType == 0:
		return job.Held
	case holder == elsewhere:
		return job.Other
	default:
		return h.compare(who, holder)
	}
}

// compare tells whether a room is that of an account although the list of rooms calls the holder otherwise: it may name
// the account where the third-party user ID is wanted (api-reading, section 2.1).
func (h *holdings) compare(who, holder uint64) job.State {
	if h.users == nil && holder != who {
		return job.Other
	}
	own := h.users
	if h.accountType == 1 {
		own = h.third
	}
	wanted, known := own[who]
	has, is := h.users[holder]
	if !is {
		has, is = h.third[holder]
	}
	switch {
	case !known && holder == who, known && is && wanted == has:
		return job.Held
	case !known && !is && h.op.Takes != job.Free: // both may be the default administrator, who is in no list
		return job.Unread
	}
	return job.Other // and what somebody has cannot be given away
}
