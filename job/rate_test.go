package job_test

import (
	"testing"
	"time"

	"meetbatch/job"
)

func TestParseRate(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"100/1m":   "100/1m",
		"10/1s":    "10/1s",
		"10/s":     "10/1s",
		"1/90s":    "1/1m30s",
		"7200/1h":  "7200/1h",
		"5/500ms":  "5/500ms",
		"none":     "none",
		"":         "error",
		"100":      "error",
		"/1m":      "error",
		"0/1m":     "error",
		"-1/1m":    "error",
		"1.5/1m":   "error",
		"10/":      "error",
		"10/0s":    "error",
		"10/-1s":   "error",
		"10/1":     "error",
		"10/1s/1s": "error",
		"auto":     "auto",
		"AUTO":     "error",
	} {
		got := "error"
		if r, err := job.ParseRate(text); err == nil {
			got = r.String()
			if again, err := job.ParseRate(got); err != nil || again != r {
				t.Errorf("ParseRate(%q) = %v, %v, want %v back", got, again, err, r)
			}
		}
		if got != want {
			t.Errorf("ParseRate(%q) = %s, want %s", text, got, want)
		}
	}
}

func TestTakes(t *testing.T) {
	t.Parallel()
	rate := job.Rate{Requests: 100, Per: time.Minute}
	for n, want := range map[int64]time.Duration{0: 0, 1: 0, 2: 600 * time.Millisecond, 101: time.Minute} {
		if got := rate.Takes(n); got != want {
			t.Errorf("Takes(%d) = %s, want %s", n, got, want)
		}
	}
	if got := (job.Rate{}).Takes(1000); got != 0 {
		t.Errorf("without a limit Takes(1000) = %s, want 0", got)
	}
}
