package cli

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"meetbatch/internal/meeting"
	"meetbatch/internal/sandbox"
	"meetbatch/job"
	"meetbatch/job/pace"
	"meetbatch/job/plan"
	"meetbatch/job/send"
	"meetbatch/report"
)

// BenchmarkSend compares sending and recording requests of 100 entries with a bare loop that records
// nothing, against the same service. The recorded one may take twice the time per request.
func BenchmarkSend(b *testing.B) {
	const workers = 64
	server, err := sandbox.Start(sandbox.New(sandbox.Settings{Token: "sandbox"}), "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	defer server.Close()

	b.Run("bare", func(b *testing.B) {
		client := meeting.NewHTTP(workers)
		planned := benchPlan(b.N)
		var pool errgroup.Group
		pool.SetLimit(workers)
		b.ResetTimer()
		for chunk := range planned.Chunks() {
			pool.Go(func() error { return bareRequest(client, server.URL, chunk) })
		}
		if err := pool.Wait(); err != nil {
			b.Fatal(err)
		}
	})

	b.Run("recorded", func(b *testing.B) {
		dir, err := report.Begin(filepath.Join(b.TempDir(), "run"), job.SetStatus)
		if err != nil {
			b.Fatal(err)
		}
		defer dir.Close()
		runner := &send.Runner{
			Operation: job.SetStatus,
			Sender:    &meeting.Client{Endpoint: server.URL, Credentials: meeting.Credentials{Token: "sandbox"}, Language: "en-US", Timeout: 30 * time.Second, HTTP: meeting.NewHTTP(workers)},
			Recorder:  dir,
			Pacer:     pace.New(pace.Settings{}),
			Workers:   workers,
		}
		planned := benchPlan(b.N)
		b.ResetTimer()
		if err := runner.Run(b.Context(), b.Context(), planned); err != nil {
			b.Fatal(err)
		}
		if got := runner.Counts.Of(job.Succeeded); got != planned.Rows {
			b.Fatalf("%d of %d rows succeeded", got, planned.Rows)
		}
	})
}

// benchPlan plans n requests of 100 entries.
func benchPlan(n int) *plan.Plan {
	planner := plan.New(plan.Settings{Operation: job.SetStatus, Size: job.MaxChunk})
	for i := range n * job.MaxChunk {
		planner.Add(job.Item{Line: int64(i + 2), Account: fmt.Sprintf("user%07d@corp", i), Value: "1"})
	}
	return mustPlan(planner)
}

func mustPlan(p *plan.Planner) *plan.Plan {
	planned, err := p.Plan()
	if err != nil {
		panic(err) // nothing is written to a file
	}
	return planned
}

func bareRequest(client *http.Client, url string, chunk job.Chunk) error {
	ids := make([]string, len(chunk.Entries))
	for i, e := range chunk.Entries {
		ids[i] = e.ID
	}
	body, err := json.Marshal(ids)
	if err != nil {
		return err
	}
	req, err := http.NewRequest("PUT", url+"/v1/usg/dcs/corp/member/status/1?accountType=0", bytes.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("X-Access-Token", "sandbox")
	req.Header.Set("Content-Type", "application/json")
	resp, err := client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	_, err = io.Copy(io.Discard, resp.Body)
	return err
}
