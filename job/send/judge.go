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
	throttle                // the service asks all to wait
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

// judge tells what an answer to a request of the operation asks for.
func judge(op job.Operation, a job.Answer) verdict {
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
	}
	switch status := a.HTTPStatus; {
	case status >= 200 && status < 300:
		return done
	case status < 400, // a redirect: this is not the service
		status == 401, status == 403, status == 404, status == 405, status == 407,
		slices.Contains(unfit, a.Code):
		return halt
	case status == 414 || slices.Contains(op.WholeCodes, a.Code):
		return refuse
	}
	return divide
}
