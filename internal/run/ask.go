package run

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	"meetbatch/internal/meeting"
	"meetbatch/internal/sandbox"
	"meetbatch/job"
	"meetbatch/job/pace"
)

// asker asks the service what it holds: under a pacer, again while it is out of reach, and with a record before and after
// each request, where there is somebody to keep it. It is safe for concurrent use.
type asker struct {
	client   *meeting.Client
	pacer    *pace.Pacer
	attempts int
	records  readRecorder    // may be nil
	abandon  context.Context // ends when what is in flight is to be given up
	trace    func(job.Operation, job.Attempt, job.Answer)

	requests atomic.Int64 // that went out
}

// readRecorder writes down what is asked, as a run directory does.
type readRecorder interface {
	Asked(id, query string) error
	Heard(id, query string, attempt int, a job.Answer) error
}

// ask sends a query until it has an answer that says something; it is a meeting.Ask. The error is a *meeting.Refusal where
// the service refuses, that of a record, the cause of the context's end, or an *Error of the service.
func (k *asker) ask(ctx context.Context, q meeting.Query) ([]byte, error) {
	pauses, renewals := pace.Delays(), 0
	about := &q // tells this query apart from others
	for counted := 0; ; {
		answer, body, own, err := k.once(ctx, about, counted+1)
		again := answer.Means() == job.Busy || answer.Means() == job.Upgrading
		switch kind := answer.Kind(); {
		case err != nil:
			return nil, err
		case answer.Foreign != "":
			return nil, &Error{Service, fmt.Errorf("this is not an answer of the service: %s", answer), answer.Foreign}
		case answer.Success():
			return body, nil
		case kind == job.Expired && renewals < k.attempts:
			renewals++
			continue
		case kind == job.Expired, kind == job.Alive && !again:
			return nil, &meeting.Refusal{Answer: answer}
		case !own:
			continue // the pacer waits for everybody
		}
		wait := max(pauses.NextBackOff(), answer.RetryAfter)
		if counted++; counted >= k.attempts || wait > pace.Patience {
			return nil, &Error{Service, fmt.Errorf("reading the service: %s %s came to nothing: %s", q.Method, q.Path, answer), "give the same command again when the service is back"}
		}
		select {
		case <-time.After(wait):
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
	}
}

// once sends a query once, when there is a turn.
func (k *asker) once(ctx context.Context, q *meeting.Query, number int) (answer job.Answer, body []byte, own bool, err error) {
	turn, err := k.pacer.Next(ctx)
	if err != nil {
		if ctx.Err() != nil {
			err = context.Cause(ctx)
		} else {
			err = &Error{Service, err, ""} // there is no sign-in any more
		}
		return answer, nil, false, err
	}
	id := uuid.NewString()
	if k.records != nil {
		if err := k.records.Asked(id, q.Path); err != nil {
			turn.Back()
			return answer, nil, false, Unrecorded(err, "")
		}
	}
	turn.Gone()
	k.requests.Add(1)
	answer, body = k.client.Read(k.abandon, id, *q)
	if k.trace != nil {
		k.trace(job.Operation{Method: q.Method}, job.Attempt{RequestID: id, Chunk: job.Chunk{Target: q.Path}}, answer)
	}
	if k.records != nil {
		if err := k.records.Heard(id, q.Path, number, answer); err != nil {
			return answer, nil, false, Unrecorded(err, "")
		}
	}
	if k.abandon.Err() != nil {
		return answer, nil, false, context.Cause(ctx)
	}
	own, err = turn.Answered(q, answer)
	if err != nil {
		err = &Error{Service, err, "give the same command again when the service is back"}
	}
	return answer, body, own, err
}

// newClient makes the client that speaks to the service.
func (w *World) newClient(a *Access, workers int) *meeting.Client {
	endpoint, _ := meeting.CheckEndpoint(a.Service())
	client := &meeting.Client{
		Endpoint:    endpoint,
		Credentials: w.Credentials,
		AccountType: a.accountType(),
		Language:    a.Language,
		Timeout:     a.Timeout.Duration,
		HTTP:        meeting.NewHTTP(workers),
		Notify:      w.User.Warn,
		Abandon:     w.Abandon,
	}
	w.User.Secrets(client.Mask)
	return client
}

// newAsker makes an asker for a command that only reads: with a client and a pacer of its own, signed in, and with the
// simulated service where that is asked for. close signs out.
func (w *World) newAsker(a *Access) (k *asker, close func(), err error) {
	if err := a.CheckEndpoint(); err != nil {
		return nil, nil, err
	}
	if dir := &a.Directory; *dir != "" {
		if *dir, err = filepath.Abs(*dir); err != nil {
			return nil, nil, Refuse(err, "")
		}
	}
	simulated, _, err := a.Rehearsal.Settings()
	if err != nil {
		return nil, nil, Refuse(err, DirectoryHint)
	}
	client := w.newClient(a, a.Workers)
	stop := func() {}
	if a.Sandbox {
		simulated.Token = client.Credentials.Token
		handler := sandbox.New(simulated)
		if simulated.Directory == nil {
			handler.NameExample()
		}
		server, err := sandbox.Start(handler, "127.0.0.1:0")
		if err != nil {
			return nil, nil, Refuse(err, "")
		}
		client.Endpoint, stop = server.URL, func() { server.Abort() }
	}
	pacer := w.newPacerOf(client, *a, nil)
	leave, err := w.signIn(w.Stopping, client, pacer, *a)
	if err != nil {
		stop()
		return nil, nil, err
	}
	k = &asker{client: client, pacer: pacer, attempts: a.Attempts, abandon: w.Abandon, trace: w.Trace}
	return k, func() { signOutOf(client, w.User); leave(); stop() }, nil
}

// stoppedReading gives the error of a command that reads, which may have been stopped.
func stoppedReading(err error) error {
	if errors.Is(err, ErrStopped) {
		return &Error{Stopped, fmt.Errorf("%w, before all was read", err), "give the same command again"}
	}
	return refusedReading(err)
}

// refusedReading words the refusal of a service that is to be read; any other error stays what it is.
func refusedReading(err error) error {
	if no, is := errors.AsType[*meeting.Refusal](err); is {
		return &Error{Service, fmt.Errorf("the service refuses to be read: %s", no.Answer), job.StopHint(no.Answer)}
	}
	return err
}
