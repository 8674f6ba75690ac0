package job

import (
	"testing"
	"time"
)

// TestKind: what asks all to wait does so whatever its code says, and a server error stays one.
func TestKind(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		answer Answer
		want   Kind
	}{
		{Answer{HTTPStatus: 200, Code: "USG.000000001"}, Alive},
		{Answer{HTTPStatus: 200, Code: "APIG.0308"}, Throttled},
		{Answer{HTTPStatus: 400, Code: "USG.201080000"}, Alive},
		{Answer{}, Away},
		{Answer{HTTPStatus: 401, Stale: true}, Expired},
		{Answer{HTTPStatus: 400, Code: "USG.000000001"}, Broken},
		{Answer{HTTPStatus: 400, Code: "USG.000000008"}, Away},
		{Answer{HTTPStatus: 500, Code: "USG.000000001"}, Broken},
		{Answer{HTTPStatus: 503, Code: "USG.000000001"}, Away},
		{Answer{HTTPStatus: 429, Code: "USG.000000001"}, Throttled},
		{Answer{HTTPStatus: 429, Code: "USG.000000008"}, Throttled},
		{Answer{HTTPStatus: 503, Code: "USG.000000008", RetryAfter: time.Minute}, Throttled},
		{Answer{HTTPStatus: 408}, Away},
		{Answer{HTTPStatus: 403, Code: "APIG.0308"}, Throttled},
	} {
		if got := test.answer.Kind(); got != test.want {
			t.Errorf("%s, Retry-After %s: kind %d, want %d", test.answer, test.answer.RetryAfter, got, test.want)
		}
	}
}
