package report

import (
	"iter"

	"meetbatch/job"
)

// Earlier yields what the results of a run say of entries that need not be carried out again, or that have to be
// although a run before it carried them out. The run is one of the operation of, which is op itself or the one that op
// undoes; op is what is to be done now. An entry that the run carried out as op wants it, or left to an earlier run that
// did, has the ID of that request. One of which it is not known whether it is as op wants it any more has none. Entries
// of which the run says nothing are not yielded.
//
// Like Results it takes no lock and goes as far as the results are whole. An error is the last thing that it yields.
func Earlier(path string, op, of job.Operation) iter.Seq2[job.Earlier, error] {
	return func(yield func(job.Earlier, error) bool) {
		for r, err := range Results(path, of) {
			if err != nil {
				yield(job.Earlier{}, err)
				return
			}
			requestID, touched := trace(op, of, &r)
			if !touched {
				continue
			}
			if !yield(job.Earlier{Account: r.Account, Value: r.Value, RequestID: requestID, At: r.FinishedAt.UnixMilli()}, nil) {
				return
			}
		}
	}
}

// trace tells from a result of the operation of whether its run may have changed the entry, and by which request the entry
// became as op wants it, where it surely did.
func trace(op, of job.Operation, r *Result) (requestID string, touched bool) {
	switch {
	case r.Status.Done() && op.Name == of.Name:
		return r.RequestID, true
	case r.Status.Done(): // it undid what op does
		return "", true
	case len(op.Values) > 0: // an entry has one value only, and even trying another may have taken it away
		return "", r.Attempts > 0
	}
	return "", r.Status == job.Unknown || job.Doubtful(r.ErrorMessage)
}
