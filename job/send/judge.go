package send

import (
	"slices"

	"meetbatch/job"
)

// verdict is what an answer asks for. That an error code decides where the HTTP status does not, and
// which codes do, is put together from fragments of the documents (api-facts, section 3).
type verdict int

const (
	done     verdict = iota // carried out
	again                   // may pass by itself
	throttle                // the service asks to wait; the pacer says whether all, or this request alone
	divide                  // some entry of the request is bad, or there are too many
	refuse                  // the request is bad as a whole
	halt                    // no request would be taken
	sold                    // no request of this target would be taken: as many users are enabled as were bought
	renew                   // it has to sign in anew
	spent                   // no further attempt is due; said of a task, not of an answer
)

// unfit are error codes of a 400 that say that no request of this program will do: TLS version,
// protocol, application key (apig_03_0048).
var unfit = []string{"APIG.0204", "APIG.0607", "APIG.1009"}

// barred tells whether an answer bars one account: a 403 or 404 with a code of the service's own. With the gateway's,
// or with none, it bars everybody.
func barred(a job.Answer) bool {
	return (a.HTTPStatus == 403 || a.HTTPStatus == 404) && a.IsOwn() && a.Foreign == "" && a.Means() == job.NothingMore
}

// judge tells what an answer to a request of the operation asks for.
func judge(op job.Operation, a job.Answer) verdict {
	if a.Foreign != "" {
		return halt
	}
	switch a.Kind() {
	case job.Broken, job.Away:
		return again
	case job.Expired:
		return renew
	case job.Throttled:
		return throttle
	}
	switch a.Means() {
	case job.TokenOver, job.OtherSite, job.LockedOut:
		return halt
	case job.NoneLeft:
		return sold
	case job.Busy, job.Upgrading: // said with a 2xx
		return again
	}
	switch status := a.HTTPStatus; {
	case a.Success():
		return done
	case status < 200, status >= 300 && status < 400, // this is not the service
		status == 401, status == 405, status == 407,
		(status == 403 || status == 404) && !a.IsOwn(),
		slices.Contains(unfit, a.Code):
		return halt
	case status == 414, op.OfWhole(a), op.PerAccount && barred(a):
		return refuse
	}
	return divide
}
