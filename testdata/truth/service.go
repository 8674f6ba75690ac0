package main

import (
	"io"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"time"
)

// The gateway's caps on a request (apig_03_0048).
const (
	maxBody = 12 << 20
	maxURI  = 32 << 10
)

// service is the stand-in. One lock guards all that a request reads or changes, and the log is written under
// it, so that the lines stand in the order in which the changes were made.
type service struct {
	options
	log io.Writer

	mu     sync.Mutex
	chance *rand.Rand
	seen   map[[16]byte]bool // request IDs
	nonces map[string]bool
	counts map[string]*window // by API
	tokens tokens
	guard  guard
	calls  map[string]func(*request) answer
	directory
}

func newService(o options) (*service, error) {
	s := &service{
		options: o,
		log:     io.Discard,
		chance:  rand.New(rand.NewPCG(o.seed, 0)),
		seen:    map[[16]byte]bool{},
		nonces:  map[string]bool{},
		counts:  map[string]*window{},
		tokens:  newTokens(o.tokenLife),
	}
	s.calls = s.signInCalls()
	if o.token != "" {
		now := time.Now()
		s.tokens.access[o.token] = &session{user: "--token", clientType: 72, access: o.token, begin: now, end: now.AddDate(100, 0, 0)}
	}
	var err error
	s.directory, err = readDirectory(o.stateFile)
	return s, err
}

// ServeHTTP takes a request past the gateway when it arrives, carries it out half of its latency later, and
// answers when the other half is over: a client that goes away in between cannot know which half it was.
func (s *service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	q := receive(w, r)
	s.mu.Lock()
	a, handle := s.gateway(q)
	delay := s.latency.min
	if more := s.latency.max - s.latency.min; more > 0 {
		delay += time.Duration(s.chance.Int64N(int64(more) + 1))
	}
	s.mu.Unlock()

	time.Sleep(delay / 2)
	s.mu.Lock()
	if handle != nil {
		a = handle(q)
	}
	s.record(q, a)
	s.mu.Unlock()
	time.Sleep(delay - delay/2)
	a.send(w, r, q.id)
}

// gateway is what API Gateway does with a request before the service sees it (apig_03_0048): it knows the
// APIs and their limits. It returns an answer of its own, or who handles the request.
func (s *service) gateway(q *request) (answer, func(*request) answer) {
	s.identify(q)
	q.language()
	switch {
	case q.tooLarge:
		q.wrong("the body has more than 12 MB")
		return gatewayError(413, "APIG.0201", "Request entity too large"), nil
	case len(q.RequestURI) > maxURI:
		q.wrong("the URI has more than 32 K")
		return gatewayError(414, "APIG.0201", "Request URI too large"), nil
	}
	path := q.URL.EscapedPath()
	if handle := s.calls[q.Method+" "+path]; handle != nil {
		return answer{}, handle
	}
	cut := strings.LastIndex(path, "/") + 1
	op := changes[q.Method+" "+path[:cut]]
	if op == nil {
		q.wrong("there is no such API: %s %s", q.Method, path)
		return gatewayError(404, "APIG.0101", "The API does not exist or has not been published in the environment"), nil
	}
	op.parse(q, path[cut:])
	if a := s.poisoned(q); a.status != 0 {
		return a, nil
	}
	rates, over := s.take(path[:cut], q.arrived)
	if over {
		return s.throttled(rates), nil
	}
	fault := s.draw()
	if a, ok := faultAnswer(fault); ok {
		return a.with(rates), nil
	}
	return answer{}, func(q *request) answer { return s.change(q, op, fault).with(rates) }
}

// signInCalls are the calls that make and end tokens.
func (s *service) signInCalls() map[string]func(*request) answer {
	return map[string]func(*request) answer{
		"POST /v2/usg/acs/auth/appauth":   s.appAuth,     // meeting_21_0311
		"POST /v1/usg/acs/auth/account":   s.accountAuth, // meeting_21_0306
		"PUT /v1/usg/acs/token":           s.refresh,     // meeting_21_0307
		"POST /v1/usg/acs/token/validate": s.validate,    // meeting_21_0308
		"DELETE /v1/usg/acs/token":        s.signOut,     // meeting_21_0309
	}
}
