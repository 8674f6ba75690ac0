package pace_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"meetbatch/job"
	"meetbatch/job/pace"
)

func ExamplePacer() {
	ctx := context.Background()
	pacer := pace.New(pace.Settings{Rate: job.Rate{Requests: 100, Per: time.Second}})
	for _, page := range []string{"first", "second"} {
		turn, err := pacer.Next(ctx)
		if err != nil {
			fmt.Println(err)
			return
		}
		turn.Gone()
		own, err := turn.Answered(page, job.Answer{HTTPStatus: 200})
		fmt.Println(page, own, err)
	}
	fmt.Println(pacer.Report().MostPerSecond)
	// Output:
	// first true <nil>
	// second true <nil>
	// 2
}

// answer sends one request, about which a is the answer.
func answer(t *testing.T, p *pace.Pacer, about any, a job.Answer) (own bool, err error) {
	t.Helper()
	turn, err := p.Next(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	turn.Gone()
	return turn.Answered(about, a)
}

// TestWhoseTrouble pins which answers say something about the request itself, so that they count as an attempt.
func TestWhoseTrouble(t *testing.T) {
	away := job.Answer{HTTPStatus: 503}
	for _, test := range []struct {
		name    string
		answers []job.Answer
		about   []string
		want    []bool
	}{
		{"refusals and successes", []job.Answer{fine, {HTTPStatus: 400}}, []string{"a", "b"}, []bool{true, true}},
		{"a 429 does not count while nobody gets through", []job.Answer{throttled, throttled, throttled}, []string{"a", "a", "b"}, []bool{false, false, false}},
		{"a 429 counts while others get through", []job.Answer{fine, throttled, fine, throttled}, []string{"a", "b", "c", "b"}, []bool{true, true, true, true}},
		{"two in a row at several requests do not", []job.Answer{fine, throttled, throttled, throttled}, []string{"a", "b", "c", "b"}, []bool{true, true, false, false}},
		{"nor does a 5xx with Retry-After", []job.Answer{{HTTPStatus: 503, RetryAfter: time.Second}}, []string{"a"}, []bool{false}},
		{"a plain 500 always does", []job.Answer{{HTTPStatus: 500}}, []string{"a"}, []bool{true}},
		{"one request that fails for ever is its own trouble", []job.Answer{away, away, away, away, away, away, away},
			[]string{"a", "a", "a", "a", "a", "a", "a"}, []bool{true, true, true, true, true, true, true}},
		{"five in a row at several requests are the service's", []job.Answer{away, away, away, away, away, away},
			[]string{"a", "b", "a", "b", "a", "b"}, []bool{true, true, true, true, false, false}},
		{"a request that did not leave is the service's", []job.Answer{refused}, []string{"a"}, []bool{false}},
		{"a good answer begins anew", []job.Answer{away, away, away, away, fine, away}, []string{"a", "b", "a", "b", "c", "a"},
			[]bool{true, true, true, true, true, true}},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := pace.New(pace.Settings{})
				for i, a := range test.answers {
					own, err := answer(t, p, test.about[i], a)
					if own != test.want[i] || err != nil {
						t.Errorf("answer %d (%s) is the request's own: %t, %v; want %t", i+1, a, own, err, test.want[i])
					}
				}
			})
		})
	}
}

// TestMessagesAreNoFormats: what an answer says is shown as it is, whatever stands in it.
func TestMessagesAreNoFormats(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const message = "width:100%; color %d %!s(MISSING)"
		p := pace.New(pace.Settings{Patience: time.Minute})
		_, err := drive(t.Context(), p, 2, 2, func() job.Answer { return job.Answer{Message: message, Unsent: true} })
		if err == nil || !strings.HasSuffix(err.Error(), ": "+message) {
			t.Errorf("error = %v, want one that ends with %s", err, message)
		}
	})
}

// TestLongWait: where good answers ask to wait, all do, and a long wait is told once.
func TestLongWait(t *testing.T) {
	for asked, want := range map[time.Duration]string{
		0: "", 30 * time.Second: "",
		time.Minute:    "the service asks to wait 1m0s (Retry-After); the next request goes out at ",
		24 * time.Hour: "the service asks to wait 24h0m0s (Retry-After), of which 15m0s are waited; the next request goes out at ",
	} {
		synctest.Test(t, func(t *testing.T) {
			var said []string
			p := pace.New(pace.Settings{Notify: func(text string) { said = append(said, text) }})
			var turns []*pace.Turn
			for range 8 { // in flight at once, and answered one after another
				turn, err := p.Next(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				turn.Gone()
				turns = append(turns, turn)
			}
			for i, turn := range turns {
				if _, err := turn.Answered(i, job.Answer{HTTPStatus: 200, RetryAfter: asked}); err != nil {
					t.Error(err)
				}
				time.Sleep(time.Second)
			}
			start := time.Now()
			if turn, err := p.Next(t.Context()); err == nil {
				turn.Back()
			}
			if took := time.Since(start); took < min(asked, 15*time.Minute)-2*time.Second {
				t.Errorf("%v: the next goes out after %v", asked, took)
			}
			if (want == "") != (len(said) == 0) || len(said) > 1 || len(said) == 1 && !strings.HasPrefix(said[0], want) {
				t.Errorf("%v: said %q", asked, said)
			}
		})
	}
}

// TestStatusIsNamed: a status that nobody knows is what is said where an answer has no words.
func TestStatusIsNamed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var said []string
		p := pace.New(pace.Settings{Patience: time.Minute, Notify: func(text string) { said = append(said, text) }})
		_, err := drive(t.Context(), p, 2, 2, func() job.Answer { return job.Answer{HTTPStatus: 999} })
		if err == nil || !strings.HasSuffix(err.Error(), ": 999") || len(said) == 0 || !strings.HasPrefix(said[0], "the service is out of reach: 999; ") {
			t.Errorf("%v, said %q", err, said)
		}
	})
}

// TestNoFile: where this machine allows no further connection, that is said, and nothing of the service.
func TestNoFile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var said []string
		p := pace.New(pace.Settings{Patience: time.Minute, Notify: func(text string) { said = append(said, text) }})
		full := job.Answer{Message: "socket: too many open files", Unsent: true, NoFile: true}
		answer(t, p, "a", full)
		answer(t, p, "b", fine)
		_, err := drive(t.Context(), p, 2, 2, func() job.Answer { return full })
		if err == nil || !strings.HasPrefix(err.Error(), "this machine allowed no further connection for ") {
			t.Errorf("error = %v", err)
		}
		text := strings.Join(said, "\n")
		if !strings.HasPrefix(text, "this machine allows no further connection (ulimit -n, or fewer --workers): socket: too many open files; trying one request now and then, for 15 minutes at most\nrequests go out again\n") || strings.Contains(text, "the service") {
			t.Errorf("said: %s", text)
		}
	})
}

// TestBack: a turn that is not used is given back, also one that was to find out whether the service is back, and so
// is one that no sign-in was there for.
func TestBack(t *testing.T) {
	for _, rate := range []job.Rate{{}, {Requests: 10, Per: time.Second}} {
		synctest.Test(t, func(t *testing.T) {
			noSignIn := false
			p := pace.New(pace.Settings{Rate: rate, Ready: func(context.Context) error {
				if noSignIn {
					return errors.New("no sign-in")
				}
				return nil
			}})
			answer(t, p, "a", refused) // from here on one at a time
			turn, err := p.Next(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			turn.Back()
			noSignIn = true
			if _, err := p.Next(t.Context()); err == nil || err.Error() != "no sign-in" {
				t.Errorf("Next = %v, want the error of the sign-in", err)
			}
			noSignIn = false
			ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
			defer cancel()
			if _, err := p.Next(ctx); err != nil {
				t.Errorf("Next after a turn was given back = %v", err)
			}
		})
	}
}

// TestNextEnds: whoever waits for a turn is let go when the context ends, whatever he waits for.
func TestNextEnds(t *testing.T) {
	for _, rate := range []job.Rate{{}, {Requests: 1, Per: time.Hour}} {
		synctest.Test(t, func(t *testing.T) {
			p := pace.New(pace.Settings{Rate: rate})
			answer(t, p, "a", job.Answer{HTTPStatus: 429, RetryAfter: 10 * time.Minute})
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			start := time.Now()
			if _, err := p.Next(ctx); !errors.Is(err, context.DeadlineExceeded) || time.Since(start) != time.Second {
				t.Errorf("Next = %v after %s", err, time.Since(start))
			}
		})
	}
}
