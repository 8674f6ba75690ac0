package job

import (
	"context"
	"iter"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Status is the fate of a row, as it stands in results.csv.
type Status string

const (
	Succeeded Status = "succeeded"
	Failed    Status = "failed"   // the service refused it
	Unknown   Status = "unknown"  // sent, and it is not known whether it was carried out
	NotSent   Status = "not_sent" // the run stopped before it
	Invalid   Status = "invalid"  // never sent: the row itself is wrong
	Skipped   Status = "skipped"  // never sent: an earlier run carried it out
)

// Attempt is one request on its way.
type Attempt struct {
	RequestID string // a UUID of its own, the request's X-Request-Id
	Chunk     Chunk
	Number    int // of the attempt at just these entries, from 1
}

// Answer is what came of an attempt. A refusal by the service is an answer, not a Go error.
type Answer struct {
	HTTPStatus      int           // 0: there was no answer
	Code            string        // error_code of the answer's body
	Message         string        // error_msg of the body, or why there was no answer
	ServerRequestID string        // X-Request-Id of the answer
	Unsent          bool          // there was no answer and the request has surely not left this machine
	RetryAfter      time.Duration // what the service asks to wait before the next request; mostly 0
	Limits          []Limit       // what the service says of its limits; mostly nothing
	Stale           bool          // the request was refused (401), and a further one can go out with a new sign-in
	Duration        time.Duration
}

// String words an answer: 400 USG.201040000 The user does not exist.
func (a Answer) String() string {
	var words []string
	if a.HTTPStatus != 0 {
		words = append(words, strconv.Itoa(a.HTTPStatus))
	}
	for _, word := range []string{a.Code, a.Message} {
		if word != "" {
			words = append(words, word)
		}
	}
	return strings.Join(words, " ")
}

// Outcome is the fate of a chunk's rows, final.
type Outcome struct {
	Chunk      Chunk
	Status     Status
	RequestID  string // of the attempt that settled it; empty when there was none
	Answer     Answer // to that attempt
	Attempts   int    // in which the rows took part
	FinishedAt time.Time
}

// Sender sends one request and waits for its answer. It must be safe for concurrent use.
type Sender interface {
	Send(context.Context, Operation, Attempt) Answer
}

// Recorder writes down what happens, before the run goes on. It must be safe for concurrent use.
// After an error nothing further is sent.
type Recorder interface {
	Sent(Attempt) error
	Answered(Attempt, Answer) error
	Settle(...Outcome) error
	Reject(iter.Seq2[Item, error]) error // invalid rows; they are on the disk when it returns
	Sync() error                         // brings everything to the disk that was recorded before
}

// Counts says how many rows had which fate. It is safe for concurrent use.
type Counts struct {
	mu sync.Mutex
	n  map[Status]int64
}

// Add counts n further rows.
func (c *Counts) Add(s Status, n int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.n == nil {
		c.n = map[Status]int64{}
	}
	c.n[s] += n
}

// Of tells how many rows had one of the fates.
func (c *Counts) Of(fates ...Status) int64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	var n int64
	for _, s := range fates {
		n += c.n[s]
	}
	return n
}

// Total counts the settled rows.
func (c *Counts) Total() int64 {
	return c.Of(Succeeded, Failed, Unknown, NotSent, Invalid, Skipped)
}
