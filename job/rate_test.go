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

func TestParseRates(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"none":            "none",
		"auto":            "auto",
		"100/1m":          "100/1m",
		"100/1m,20000/1d": "100/1m,20000/1d",
		"100/m, 20000/d":  "100/1m,20000/1d",
		"auto,20000/24h":  "auto,20000/1d",
		"7200/1h":         "7200/1h",
		"5/48h":           "5/2d",
		"none,100/1m":     "error",
		"100/1m,none":     "error",
		"":                "error",
		"100/1m,":         "error",
		"100/1m;5/1s":     "error",
		"5/0d":            "error",
		"5/1.5d":          "error",
		"5/99999999d":     "error",
	} {
		got := "error"
		if r, err := job.ParseRates(text); err == nil {
			got = r.String()
			if again, err := job.ParseRates(got); err != nil || again.String() != got {
				t.Errorf("ParseRates(%q) = %v, %v, want %v back", got, again, err, r)
			}
		}
		if got != want {
			t.Errorf("ParseRates(%q) = %s, want %s", text, got, want)
		}
	}
}

// TestSeveralRates: the lowest of the short ones spaces requests, the long ones are quotas, and all of them decide
// how long it takes.
func TestSeveralRates(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		rates, spaced string
		quotas        int
		n             int64
		takes         time.Duration
	}{
		{"none", "none", 0, 1000, 0},
		{"100/1m", "100/1m", 0, 101, time.Minute},
		{"100/1m,1/1s", "1/1s", 0, 61, time.Minute},
		{"1/1s,100/1m", "1/1s", 0, 61, time.Minute},
		{"auto,1/1s", "1/1s", 0, 61, time.Minute},
		{"1/1s,auto", "1/1s", 0, 61, time.Minute},
		{"100/1m,20000/1d", "100/1m", 1, 20000, 19999 * 600 * time.Millisecond},
		{"100/1m,20000/1d", "100/1m", 1, 20001, 24 * time.Hour},
		{"100/1m,20000/1d", "100/1m", 1, 40002, 48*time.Hour + 600*time.Millisecond},
		{"auto,20000/1d,5000/1h", "auto", 2, 5001, time.Hour},
	} {
		rates, err := job.ParseRates(test.rates)
		if err != nil {
			t.Fatal(err)
		}
		if got := rates.Spaced().String(); got != test.spaced || len(rates.Quotas()) != test.quotas {
			t.Errorf("%s: spaced by %s, %d quotas, want %s, %d", test.rates, got, len(rates.Quotas()), test.spaced, test.quotas)
		}
		if got := rates.Takes(test.n); got != test.takes {
			t.Errorf("%s: %d requests take %s, want %s", test.rates, test.n, got, test.takes)
		}
	}
}
