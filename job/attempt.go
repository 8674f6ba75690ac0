package job

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Attempt is one request on its way.
type Attempt struct {
	RequestID string // a UUID of its own, the request's X-Request-Id
	Chunk     Chunk
	Number    int // of the attempt at just these entries, from 1
}

// Sender sends one request and waits for its answer. It must be safe for concurrent use.
type Sender interface {
	Send(context.Context, Operation, Attempt) Answer
}

// Answer is what came of an attempt. A refusal by the service is an answer, not a Go error.
type Answer struct {
	HTTPStatus      int           // 0: there was no answer
	Code            string        // error_code of the answer's body
	Message         string        // error_msg of the body, or why there was no answer
	ServerRequestID string        // X-Request-Id of the answer
	Unsent          bool          // there was no answer and the request has surely not left this machine
	NoFile          bool          // it has not, since this machine allows no further connection
	RetryAfter      time.Duration // what the service asks to wait before the next request; mostly 0
	Limits          []Limit       // what the service says of its limits; mostly nothing
	Stale           bool          // the request was refused (401), and a further one can go out with a new sign-in
	Foreign         string        // what to look at, where somebody else answers in the service's place; mostly empty
	Duration        time.Duration
}

// String words an answer: 400 USG.201040000 The user does not exist.
func (a Answer) String() string {
	status := ""
	if a.HTTPStatus != 0 {
		status = strconv.Itoa(a.HTTPStatus)
	}
	words := slices.DeleteFunc([]string{status, a.Code, a.Message}, func(word string) bool { return word == "" })
	return strings.Join(words, " ")
}

// Success tells whether the service carried the request out. A 2xx that holds an error is none, and neither is
// somebody else's.
func (a Answer) Success() bool { return a.isSuccessful() && a.Code == "" && a.Foreign == "" }

func (a Answer) isSuccessful() bool { return a.HTTPStatus >= 200 && a.HTTPStatus < 300 }

// MayHaveActed tells whether the request may have been carried out: surely, where it was a success, and perhaps where
// nobody answered, where a gateway lost the service in the middle of it, and where a 2xx contradicts itself.
func (a Answer) MayHaveActed() bool {
	switch a.HTTPStatus {
	case 0:
		return !a.Unsent
	case 502:
		return a.Code != "APIG.0610" // no backend available (apig_03_0048)
	case 504, 520, 524, 598, 599: // those from 520 on are proxies' own
		return true
	}
	return a.isSuccessful() && !a.OfEntry()
}

// Limit is what an answer says of the service's own limit (apig-ug-180830102).
type Limit struct {
	Name   string        // of the limit; several may hold at a time
	Remain int           // requests that are left in the window; -1: not said
	Limit  int           // requests that a window takes, 1 or more
	Window time.Duration // more than 0
}

// Kind is what an answer says of the service, whatever it says of the request.
type Kind int

const (
	Alive     Kind = iota // it looked at the request: it carried it out, or refused it
	Broken                // it had trouble with just this request, a plain 500
	Away                  // there was no answer, or one of a gateway that could not reach it
	Throttled             // it asks to wait: all, or the one request (job/pace)
	Expired               // it wants a new sign-in
)

// Kind tells what an answer says of the service. That a 5xx or 408 with a Retry-After asks to wait, as a 429 does,
// is a guess; the code is the gateway's for throttling (apig_03_0048).
func (a Answer) Kind() Kind {
	switch status := a.HTTPStatus; {
	case a.isSuccessful() && !a.Stale && a.Code != "APIG.0308":
		return Alive
	case status == 0:
		return Away
	case a.Stale:
		return Expired
	case status == 429 || a.Code == "APIG.0308" || a.RetryAfter > 0 && (status >= 500 || status == 408):
		return Throttled
	case a.Means() == Upgrading:
		return Away
	case a.Means() == Busy && status < 500:
		return Broken
	case status == 500:
		return Broken
	case status > 500 || status == 408:
		return Away
	}
	return Alive
}
