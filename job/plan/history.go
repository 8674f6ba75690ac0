package plan

import "meetbatch/job"

// history is what earlier runs did last to the accounts of a partition.
type history struct {
	operation job.Operation
	last      map[place]job.Earlier
}

// place is where in an account only what was done last counts. For an operation per account, each room is a
// place of its own. For others the account as a whole is one, since a new status takes the place of the one
// before, and room is empty.
type place struct{ account, room string }

func (h *history) placeOf(account, value string) place {
	if h.operation.PerAccount {
		return place{account, value}
	}
	return place{account, ""}
}

// add takes packed records of entries of earlier runs, each behind its length.
func (h *history) add(records string) error {
	all := fields{rest: records}
	for all.rest != "" {
		did, err := unpackEarlier(all.text())
		if err != nil {
			return err
		}
		h.remember(did)
	}
	return all.err()
}

func (h *history) remember(did job.Earlier) {
	if h.last == nil {
		h.last = map[place]job.Earlier{}
	}
	at := h.placeOf(did.Account, did.Value)
	if before, known := h.last[at]; !known || before.At <= did.At {
		h.last[at] = did
	}
}

// carriedOut tells whether an earlier run carried an entry of an account out and none undid it since, and what
// that run did.
func (h *history) carriedOut(account, value string) (did job.Earlier, is bool) {
	did = h.last[h.placeOf(account, value)]
	return did, did.Value == value && did.RequestID != ""
}
