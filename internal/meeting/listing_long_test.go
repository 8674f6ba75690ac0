//go:build long

package meeting_test

import (
	"context"
	"fmt"
	"net/url"
	"runtime"
	"testing"

	"meetbatch/internal/meeting"
)

// TestLongMillionUsers lists a million users in memory that hardly depends on their number.
func TestLongMillionUsers(t *testing.T) {
	const count = 1_000_000
	ask := func(_ context.Context, q meeting.Query) ([]byte, error) {
		at, err := url.Parse(q.Path)
		if err != nil {
			return nil, err
		}
		offset, limit := atoi(at.Query().Get("offset")), atoi(at.Query().Get("limit"))
		body := fmt.Appendf(nil, `{"count":%d,"limit":%d,"offset":%d,"data":[{"id":"%032x"}`, count, limit, offset, offset)
		for i := offset + 1; i < min(offset+limit, count); i++ {
			body = fmt.Appendf(body, `,{"id":"%032x","userAccount":"user%d@corp.example","name":"User %d","userType":2,"status":0,"deptNamePath":"Corp#Sales"}`, i, i, i)
		}
		return append(body, "]}"...), nil
	}
	rows, most := 0, uint64(0)
	l, err := meeting.ListUsers(t.Context(), ask, meeting.UserFilter{}, meeting.Paging{Size: 1000, Workers: 8}, func() error { return nil }, func(meeting.User) error {
		if rows++; rows%10_000 == 0 {
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			most = max(most, m.HeapInuse+m.StackInuse)
		}
		return nil
	})
	if err != nil || rows != count || l.Requests != 1001 {
		t.Errorf("%+v, %v, %d rows", l, err, rows)
	}
	if most > 100<<20 {
		t.Errorf("%d MiB", most>>20)
	}
}
