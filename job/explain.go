package job

import (
	"cmp"
	"strings"
)

// Explanation says in words what a row's failure means, and what to do about it.
type Explanation struct {
	Means string // the room does not exist; empty where nothing is known of the code
	Do    string // what whoever gave the command can do; may be empty
	Again bool   // sending the same row again may help
}

// ErrorCenter names where codes are explained that are not known here.
const ErrorCenter = "Huawei Cloud API Error Center"

const (
	newToken    = "get a new token, or sign in anew"
	askRights   = "ask the enterprise's default administrator for the right"
	isAddress   = "is this the service's address? see --region and --endpoint"
	sendAgain   = "send these rows again"
	readOrAgain = "meetbatch reconcile reads what became of them; or send these rows again"
	sendLater   = "send these rows again later"
	askAdmin    = "look at the account in the enterprise's management console"
	askRoom     = "look at the room in the enterprise's management console"
	buyMore     = "buy more, or disable others first"
	ownSide     = "no row causes this: look the code up in the " + ErrorCenter
)

// Explain explains the HTTP status and the error code of an answer that settled a row, for people. The codes and their
// meanings are those of the Error Center and of the client's tables (api-facts, section 3.2; api-reading, section 6), and of
// the gateway (apig_03_0048).
func Explain(status Status, httpStatus int, code string) Explanation {
	var e Explanation
	switch a := (Answer{HTTPStatus: httpStatus, Code: code}); {
	case status == Invalid:
		return Explanation{Do: "mend these rows"}
	case a.IsGateways():
		e = ofGateway(httpStatus, strings.TrimPrefix(a.Code, "APIG."))
	default:
		e = explained[a.number()]
	}
	if e.Means == "" {
		e = ofStatus(httpStatus, code)
	}
	if status == Unknown {
		e.Again = true // every operation may be repeated without harm
		if e.Do == "" || e.Do == sendAgain || e.Do == sendLater {
			e.Do = readOrAgain
		}
	}
	return e
}

// StopHint says what to do about an answer that ended a run; mostly nothing is known.
func StopHint(a Answer) string {
	if e := Explain(NotSent, a.HTTPStatus, a.Code); e.Do != ownSide && !strings.HasSuffix(e.Do, ErrorCenter) {
		return e.Do
	}
	return ofStatus(a.HTTPStatus, "").Do
}

// ofStatus explains an answer whose code says nothing, or that had none.
func ofStatus(httpStatus int, code string) Explanation {
	unknown := ""
	if code != "" {
		unknown = "look the code up in the " + ErrorCenter
	}
	switch {
	case httpStatus == 0 && code == "":
		return Explanation{"no answer came", sendAgain, true}
	case httpStatus == 401:
		return Explanation{"the sign-in does not hold", cmp.Or(unknown, newToken), true}
	case httpStatus == 403:
		return Explanation{"these credentials may not do this", cmp.Or(unknown, askRights), false}
	case httpStatus == 404, httpStatus == 405, httpStatus >= 300 && httpStatus < 400:
		return Explanation{"there is no such thing at this address", cmp.Or(unknown, isAddress), false}
	case httpStatus == 429:
		return Explanation{"too many requests", "send these rows again, with a lower --rate", true}
	case httpStatus >= 500:
		return Explanation{"the service had trouble of its own", cmp.Or(unknown, sendLater), true}
	}
	return Explanation{Do: unknown}
}

// ofGateway explains the code of the gateway in front of the service.
func ofGateway(httpStatus int, number string) Explanation {
	switch number {
	case "0308":
		return Explanation{"too many requests", "send these rows again, with a lower --rate", true}
	case "0101":
		return Explanation{"the gateway knows no such address", isAddress, false}
	case "0201":
		if httpStatus >= 500 {
			return Explanation{"the gateway could not reach the service", sendLater, true}
		}
		return Explanation{"the gateway refuses the request as malformed", ownSide, false}
	case "0301", "0303", "0305", "0307", "0311":
		return Explanation{"the gateway refuses the credentials", newToken, true}
	case "0302", "0304", "0306", "0310", "0802":
		return Explanation{"the gateway does not let these credentials through", askRights, false}
	case "0401", "0402", "0404":
		return Explanation{"the gateway does not let this machine's address through", "ask who runs the network, or the service", false}
	case "0501", "0502":
		return Explanation{"the enterprise's quota of requests is used up, or its application frozen", "ask Huawei Cloud", false}
	case "0204", "0607", "1009":
		return Explanation{"the gateway takes no request like this", ownSide, false}
	case "0610", "0613":
		return Explanation{"the gateway finds no service behind it", sendLater, true}
	}
	if httpStatus >= 500 {
		return Explanation{"the gateway has trouble of its own", sendLater, true}
	}
	return Explanation{}
}
