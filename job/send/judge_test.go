package send

import (
	"testing"

	"meetbatch/job"
)

// TestJudge pins what each kind of answer asks for.
func TestJudge(t *testing.T) {
	t.Parallel()
	names := map[verdict]string{done: "done", again: "again", throttle: "throttle", divide: "divide", refuse: "refuse", halt: "halt", renew: "renew", sold: "sold"}
	for _, test := range []struct {
		what   string
		op     job.Operation
		answer job.Answer
		want   verdict
	}{
		{"carried out", job.Reclaim, job.Answer{HTTPStatus: 200}, done},
		{"carried out, without content", job.Reclaim, job.Answer{HTTPStatus: 204}, done},
		{"carried out, says the status, and refused, says the body", job.Reclaim, job.Answer{HTTPStatus: 200, Code: "USG.201080000"}, divide},
		{"the same, of the account", job.Reclaim, job.Answer{HTTPStatus: 200, Code: "201040000"}, refuse},
		{"busy, with a 200", job.Reclaim, job.Answer{HTTPStatus: 200, Code: "USG.000000001"}, again},
		{"a token that is over, with a 200", job.Reclaim, job.Answer{HTTPStatus: 200, Code: "USG.000000004"}, halt},
		{"somebody else's page", job.Reclaim, job.Answer{HTTPStatus: 200, Foreign: "look"}, halt},
		{"a server that is not the service", job.Reclaim, job.Answer{HTTPStatus: 501, Foreign: "look"}, halt},
		{"a certificate that will not do", job.Reclaim, job.Answer{Unsent: true, Foreign: "look"}, halt},
		{"one account is barred", job.Reclaim, job.Answer{HTTPStatus: 403, Code: "USG.201040047"}, refuse},
		{"one account is not known", job.Reclaim, job.Answer{HTTPStatus: 404, Code: "201040000"}, refuse},
		{"one of the accounts is barred", job.SetStatus, job.Answer{HTTPStatus: 403, Code: "USG.201040047"}, divide},
		{"one of the accounts is not known", job.SetStatus, job.Answer{HTTPStatus: 404, Code: "USG.201040000"}, divide},
		{"the gateway bars all", job.SetStatus, job.Answer{HTTPStatus: 403, Code: "APIG.0302"}, halt},
		{"the gateway's twin bars all", job.SetStatus, job.Answer{HTTPStatus: 403, Code: "APIGW.0302"}, halt},
		{"barred by a code of nobody", job.SetStatus, job.Answer{HTTPStatus: 403, Code: "AccessDenied"}, halt},
		{"no answer", job.Reclaim, job.Answer{Message: "connection reset"}, again},
		{"not sent", job.Reclaim, job.Answer{Message: "connection refused", Unsent: true}, again},
		{"a server exception", job.Reclaim, job.Answer{HTTPStatus: 500}, again},
		{"a gateway that reaches nobody", job.Reclaim, job.Answer{HTTPStatus: 502}, again},
		{"a gateway that waited too long", job.Reclaim, job.Answer{HTTPStatus: 504}, again},
		{"the request took too long to arrive", job.Reclaim, job.Answer{HTTPStatus: 408}, again},
		{"throttled", job.Reclaim, job.Answer{HTTPStatus: 429}, throttle},
		{"throttled by code alone", job.Reclaim, job.Answer{HTTPStatus: 403, Code: "APIG.0308"}, throttle},
		{"asked to wait", job.Reclaim, job.Answer{HTTPStatus: 503, RetryAfter: 1}, throttle},
		{"asked to wait with a refusal", job.Reclaim, job.Answer{HTTPStatus: 400, RetryAfter: 1}, divide},
		{"a token that can be renewed", job.Reclaim, job.Answer{HTTPStatus: 401, Stale: true}, renew},
		{"a token that cannot", job.Reclaim, job.Answer{HTTPStatus: 401}, halt},
		{"no permission", job.Reclaim, job.Answer{HTTPStatus: 403}, halt},
		{"a path that nobody knows", job.Reclaim, job.Answer{HTTPStatus: 404}, halt},
		{"a method that nobody knows", job.Reclaim, job.Answer{HTTPStatus: 405}, halt},
		{"a proxy that wants to know who asks", job.Reclaim, job.Answer{HTTPStatus: 407}, halt},
		{"a redirect", job.Reclaim, job.Answer{HTTPStatus: 307}, halt},
		{"another protocol", job.Reclaim, job.Answer{HTTPStatus: 101}, halt},
		{"the gateway takes no request", job.Reclaim, job.Answer{HTTPStatus: 400, Code: "APIG.1009"}, halt},
		{"a room that does not exist", job.Reclaim, job.Answer{HTTPStatus: 400, Code: "USG.201080000"}, divide},
		{"any other refusal", job.Reclaim, job.Answer{HTTPStatus: 400}, divide},
		{"as many users as were bought", job.SetStatus, job.Answer{HTTPStatus: 400, Code: "USG.201040005"}, sold},
		{"the same, without the prefix", job.SetStatus, job.Answer{HTTPStatus: 400, Code: "206010070"}, sold},
		{"being upgraded", job.SetStatus, job.Answer{HTTPStatus: 403, Code: "USG.200000005"}, again},
		{"busy", job.SetStatus, job.Answer{HTTPStatus: 400, Code: "USG.000000001"}, again},
		{"kicked out, and no way to sign in", job.SetStatus, job.Answer{HTTPStatus: 400, Code: "USG.206020002"}, halt},
		{"kicked out", job.SetStatus, job.Answer{HTTPStatus: 400, Code: "USG.206020002", Stale: true}, renew},
		{"the other site", job.SetStatus, job.Answer{HTTPStatus: 400, Code: "USG.206010064"}, halt},
		{"locked", job.SetStatus, job.Answer{HTTPStatus: 400, Code: "USG.206030015"}, halt},
		{"too large", job.Reclaim, job.Answer{HTTPStatus: 413}, divide},
		{"an account that is too long for a path", job.Reclaim, job.Answer{HTTPStatus: 414}, refuse},
		{"an account that does not exist, in the path", job.Reclaim, job.Answer{HTTPStatus: 400, Code: "USG.201040000"}, refuse},
		{"the same, in the path of another operation", job.Assign, job.Answer{HTTPStatus: 400, Code: "USG.201040000"}, refuse},
		{"a room that is not to be had", job.Assign, job.Answer{HTTPStatus: 400, Code: "USG.201080000"}, divide},
		{"the same, in the body", job.SetStatus, job.Answer{HTTPStatus: 400, Code: "USG.201040000"}, divide},
	} {
		if got := judge(test.op, test.answer); got != test.want {
			t.Errorf("%s: %s is judged %s, want %s", test.what, test.answer, names[got], names[test.want])
		}
	}
}
