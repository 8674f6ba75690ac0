package job

import (
	"iter"
	"strings"
	"time"
)

// Status is the fate of a row, as it stands in results.csv.
type Status string

const (
	Succeeded Status = "succeeded"
	Failed    Status = "failed"   // the service refused it, or answered none of its tries otherwise, or was read afterwards and did not show it
	Unknown   Status = "unknown"  // sent, and it is not known whether it was carried out
	NotSent   Status = "not_sent" // the run stopped before it
	Invalid   Status = "invalid"  // never sent: the row itself is wrong
	Skipped   Status = "skipped"  // never sent: an earlier run carried it out, or the service showed before that nothing is to be done
)

// Done tells whether rows of a status need not be run again.
func (s Status) Done() bool { return s == Succeeded || s == Skipped }

// Outcome is the fate of a chunk's rows, final.
type Outcome struct {
	Chunk      Chunk
	Status     Status
	RequestID  string // of the attempt that settled it; empty when there was none
	Answer     Answer // to that attempt
	Doubt      Doubt
	Attempts   int // in which the rows took part
	FinishedAt time.Time
}

// Message is what there is to say of an outcome: the answer's own message, and what keeps the fate from being
// certain.
func (o Outcome) Message() string {
	doubt := o.Doubt.String()
	if o.Answer.Message != "" && doubt != "" {
		doubt = "; " + doubt
	}
	return o.Answer.Message + doubt
}

// Doubt is why rows that did not succeed may have been carried out all the same. The zero value is none.
type Doubt struct {
	Kind      DoubtKind
	RequestID string // of the request that went unanswered, or whose result was lost; the others have none
}

// DoubtKind is where a doubt comes from.
type DoubtKind int

const (
	NoDoubt          DoubtKind = iota
	Unanswered                 // an earlier request for the same rows had no answer
	UnansweredBefore           // so it was in an earlier process, which was killed
	UnansweredAmong            // so it was, and perhaps it was another request that carried the rows out
	ResultLost                 // an earlier request for the same rows had a result, of which the files hold nothing any more
	JournalLost                // a part of the record of earlier requests is lost
	Unsettled                  // the run stopped while the rows were tried
)

// perhaps ends the words of every doubt, so that a reader of results.csv finds them.
const perhaps = "may have been carried out"

// String words a doubt, as it stands in results.csv.
func (d Doubt) String() string {
	switch d.Kind {
	case Unanswered:
		return "request " + d.RequestID + " for the same row went unanswered, and " + perhaps
	case UnansweredBefore:
		return "request " + d.RequestID + " for the same row went unanswered when the run was killed, and " + perhaps
	case UnansweredAmong:
		return "request " + d.RequestID + " for the same row, or another one before it, went unanswered when the run was killed, and " + perhaps
	case ResultLost:
		return "the result of request " + d.RequestID + " for the same row was lost, and it " + perhaps
	case JournalLost:
		return "the record of earlier requests is not whole, and one for the same row " + perhaps
	case Unsettled:
		return "the run stopped before this was settled, and it " + perhaps
	}
	return ""
}

// Doubtful tells whether a message from results.csv says that the row may have been carried out although it did
// not succeed.
func Doubtful(message string) bool { return strings.HasSuffix(message, perhaps) }

// Recorder writes down what happens, before the run goes on. It must be safe for concurrent use.
// After an error nothing further is sent.
type Recorder interface {
	Sent(Attempt) error
	Answered(Attempt, Answer) error
	Settle(...Outcome) error
	Reject(iter.Seq2[Item, error]) error // invalid rows; they are on the disk when it returns
	Sync() error                         // brings everything to the disk that was recorded before, where it has to be still
}
