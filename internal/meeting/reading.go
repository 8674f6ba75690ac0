package meeting

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"time"

	"meetbatch/job"
)

// A Query is a request that changes nothing.
type Query struct {
	Method string
	Path   string // with its query
	Body   string // only where the method is POST
}

// Read sends a query under the request ID and reads its answer, as Send does. The body is in UTF-8; where the answer is a
// success it is whole, and a JSON object or array.
func (c *Client) Read(ctx context.Context, id string, q Query) (job.Answer, []byte) {
	start := time.Now()
	answer, r := c.call(ctx, request{
		method:  q.Method,
		path:    q.Path,
		id:      id,
		headers: map[string]string{"Content-Type": "application/json"}, // the examples send it with GET too
		body:    q.Body,
		reading: true,
	})
	answer.Duration = time.Since(start)
	return answer, r.text()
}

// Ask sends a query until it has an answer that says something, and returns its body. Pace, tries and records are the
// caller's. Where the service refuses, the error is a *Refusal. It must be safe for concurrent use.
type Ask func(context.Context, Query) ([]byte, error)

// Refusal says that the service refused a query.
type Refusal struct{ Answer job.Answer }

func (e *Refusal) Error() string { return "the service refuses to tell: " + e.Answer.String() }

// Hint names what to look at, where somebody else answered in the service's place.
func (e *Refusal) Hint() string { return e.Answer.Foreign }

// takeReading takes from the body of a 2xx why it does not answer a query. One that broke off is as good as none, since it
// may look whole: a list that ends early is a list. What is told of the things that were asked for stands in data, and
// names no error, whatever its members are called.
func (c *Client) takeReading(answer *job.Answer, r *reply) {
	switch text := r.text(); {
	case r.page:
	case r.brokeOff != nil:
		r.cut = true
	case len(r.body) > maxReading:
		answer.Message = fmt.Sprintf("the answer is longer than %d MiB", maxReading>>20)
	case !json.Valid(text) || text[0] != '{' && text[0] != '[':
		answer.Message = c.clean("the answer is neither a JSON object nor an array: "+string(text[:min(len(text), 200)]), 500)
	case text[0] == '{':
		c.takeNamedError(answer, text)
	}
}

// takeNamedError takes an error that an object names instead of, or beside, what was asked for.
func (c *Client) takeNamedError(answer *job.Answer, object []byte) {
	var members map[string]json.RawMessage
	if json.Unmarshal(object, &members) != nil {
		return
	}
	delete(members, "data")
	rest := map[string]any{}
	for name, raw := range members {
		var value any
		if json.Unmarshal(raw, &value) == nil {
			rest[name] = value
		}
	}
	var said saying
	said.look(rest, true, false)
	if said.code == "" && !said.wrong {
		return
	}
	answer.Code = c.clean(said.code, 64)
	answer.Message = c.clean(cmp.Or(said.message, said.other, "the answer names an error"), 500)
}
