package meeting

import (
	"fmt"
	"net/http"
	"testing"

	"meetbatch/job"
)

func TestLimits(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, value, want string }{
		{"X-APIG-Ratelimit-Api", "remain:99,limit:100,time:1 minute", "[{api 99 100 1m0s}]"},
		{"x-apig-ratelimit-api-allenv", "remain:199,limit:200,time:1 second", "[{api-allenv 199 200 1s}]"},
		{"X-Apig-RateLimit-App", "remain:9,limit:10,time:10 second", "[{app 9 10 10s}]"},
		{"X-APIG-RATELIMIT-USER", "Remain: 0, Limit: 5000, Time: 1 Day", "[{user 0 5000 24h0m0s}]"},
		{"X-Apig-Ratelimit-Ip", "limit:10,time:minute", "[{ip -1 10 1m0s}]"},
		{"X-Apig-Ratelimit-Ip", "remain:1,limit:0,time:1 minute", "[]"},
		{"X-Apig-Ratelimit-Ip", "remain:1,limit:99999999999999999999,time:1 minute", "[]"},
		{"X-Apig-Ratelimit-Ip", "remain:1,limit:10,time:0 minute", "[]"},
		{"X-Apig-Ratelimit-Ip", "remain:1,limit:10", "[]"},
		{"X-Apig-Ratelimit-Api", "remain:99,limit:100,time:1 minute, remain:199,limit:200,time:1 second", "[{api 99 100 1m0s} {api 2 199 200 1s}]"},
		{"X-Apig-Ratelimit-Api", "limit:100,time:999999999 day", "[]"},
		{"X-Apig-Ratelimit-Api", "remain:-1,limit:-5,time:1 minute", "[]"},
		{"X-Ratelimit", "remain:99,limit:100,time:1 minute", "[]"},
	} {
		header := http.Header{test.name: []string{test.value}} // as it came, whatever the case
		if got := fmt.Sprint(limits(header, job.Answer{HTTPStatus: 200})); got != test.want {
			t.Errorf("%s: %s = %s, want %s", test.name, test.value, got, test.want)
		}
	}
	message := job.Answer{HTTPStatus: 429, Message: "The throttling threshold has been reached: policy api over ratelimit,limit:100,time:1 minute"}
	if got := fmt.Sprint(limits(nil, message)); got != "[{message -1 100 1m0s}]" {
		t.Errorf("of a message: %s", got)
	}
}
