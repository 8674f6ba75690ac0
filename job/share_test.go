package job_test

import (
	"testing"

	"meetbatch/job"
)

// TestParseShare: a share can be written in three ways, and what could mean two things is none.
func TestParseShare(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]job.Share{
		"1": {Rows: 1}, "20": {Rows: 20}, "9223372036854775807": {Rows: 1<<63 - 1},
		"1%": {Percent: 1}, "1pct": {Percent: 1}, "0.01": {Percent: 1}, ".01": {Percent: 1},
		"100%": {Percent: 100}, "100pct": {Percent: 100}, "0.5%": {Percent: 0.5}, "0.5pct": {Percent: 0.5}, "0.005": {Percent: 0.5},
		"0.07": {Percent: 7}, "0.29": {Percent: 29}, "0.57": {Percent: 57}, "0.999": {Percent: 99.9}, "0.1": {Percent: 10}, "010%": {Percent: 10},
	} {
		got, err := job.ParseShare(text)
		if err != nil || got != want {
			t.Errorf("ParseShare(%q) = %+v, %v, want %+v", text, got, err, want)
		}
		if again, err := job.ParseShare(got.String()); err != nil || again != got {
			t.Errorf("%q, written as %q, comes back as %+v, %v", text, got, again, err)
		}
	}
	for _, wrong := range []string{
		"", "0", "0%", "0pct", "0.0", "0.00", "1.0", "1.5", "1.", "10.0", "1e-2", "1e2%", "0x10%", ",01", "0,01", "1,5%", "101%", "100.1%", "101pct",
		"-1", "-1%", "-0.01", "+1", "+1%", "NaN", "NaN%", "Inf%", "1%%", "1 %", " 1%", "1%\n", `1\%`, "1percent", "1PCT", "pct", "%", ".", ".pct", "1_0%",
		"9223372036854775808", "99999999999999999999%", "１％",
	} {
		if got, err := job.ParseShare(wrong); err == nil {
			t.Errorf("ParseShare(%q) = %+v", wrong, got)
		}
	}
}
