package plan

import "meetbatch/job"

// earlier knows of the accounts of a partition what earlier runs did last.
type earlier struct {
	operation job.Operation
	last      map[place]job.Earlier
}

// place is what of an account can be carried out without undoing something else of it: any of its rooms, or its one
// status, for which value is empty.
type place struct{ account, value string }

func (e *earlier) placeOf(account, value string) place {
	if e.operation.PerAccount {
		return place{account, value}
	}
	return place{account, ""}
}

// add takes packed records of entries of earlier runs, each behind its length.
func (e *earlier) add(records string) error {
	all := fields{rest: records}
	for all.rest != "" {
		did, err := unpackEarlier(all.text())
		if err != nil {
			return err
		}
		e.remember(did)
	}
	return all.err()
}

func (e *earlier) remember(did job.Earlier) {
	if e.last == nil {
		e.last = map[place]job.Earlier{}
	}
	at := e.placeOf(did.Account, did.Value)
	if before, known := e.last[at]; !known || before.At <= did.At {
		e.last[at] = did
	}
}

// carriedOut tells whether an entry of an account is as an earlier run left it, and what that did.
func (e *earlier) carriedOut(account, value string) (did job.Earlier, is bool) {
	did = e.last[e.placeOf(account, value)]
	return did, did.Value == value && did.RequestID != ""
}
