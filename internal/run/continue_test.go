package run

import (
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"meetbatch/internal/sandbox"
	"meetbatch/job"
)

// TestDifferences: a setting that is another one than that of the run is named, with both values, whichever it is, unless it
// can be changed when a run goes on.
func TestDifferences(t *testing.T) {
	t.Parallel()
	all := Settings{
		Pacing: Pacing{Rate: job.Rates{{Requests: 7, Per: time.Second}}, Workers: 3, Attempts: 2, Timeout: Duration{time.Second}},
		Site:   Site{AccountType: "1", Region: "intl", Endpoint: "https://example.test", Language: "zh-CN"},
		Rehearsing: Rehearsing{Sandbox: true, Rehearsal: sandbox.Rehearsal{
			Throttle: sandbox.Throttle{Limit: 9, Window: time.Minute}, BadEntry: "partial", Repeat: "reject", Directory: absoluteDirectory(),
			Latency: sandbox.Latency{Min: 1, Max: time.Second}, Fault: []sandbox.Fault{{Kind: "503", Share: .02}}, Seed: 7, Reading: []sandbox.Reading{{Key: "offset", Value: "pages"}},
		}},
		Shard: job.Shard{K: 2, N: 3}, OnlyChanges: true, MaxChanges: &Allowed{job.Share{Rows: 9}}, Strict: true, Chunk: 7, MaxFailures: job.Share{Percent: 5}, MaxInvalid: Allowed{job.Share{Rows: 3}},
		ExpectRows: Range{"5..", 5, 1 << 62}, Limit: 12, SkipSucceeded: []string{"/runs/1"}, Column: []string{"account=a"}, AnyID: true, HeaderLine: 4, NoHeader: true,
		Accept: []string{"shape"}, Encoding: "gb18030", Delimiter: '\t', NoKeepInput: true, To: "disabled",
	}
	change := []string{"rate", "workers", "attempts", "timeout", "max-failures"}
	for field := range fields() {
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		other := defaults()
		reflect.ValueOf(&other).Elem().FieldByIndex(field.Index).Set(reflect.ValueOf(all).FieldByIndex(field.Index))
		got := (&Stored{Settings: defaults()}).differences(other)
		back := (&Stored{Settings: other}).differences(defaults())
		if slices.Contains(change, name) {
			if len(got) > 0 || len(back) > 0 {
				t.Errorf("%s: %q, %q", name, got, back)
			}
			continue
		}
		if len(got) != 1 || strings.Count(got[0], "--"+name) != 2 || len(back) != 1 || strings.Count(back[0], "--"+name) != 2 || got[0] == back[0] {
			t.Errorf("%s: %q, %q", name, got, back)
		}
		if same := (&Stored{Settings: other}).differences(other); len(same) > 0 {
			t.Errorf("%s is not the same as itself: %q", name, same)
		}
	}
}

// TestSameEarlier: last may have meant any one run, or none; the other directories are the same from wherever they are named.
func TestSameEarlier(t *testing.T) {
	t.Parallel()
	a, _ := filepath.Abs("a")
	b, _ := filepath.Abs("b")
	for _, c := range []struct {
		then, now []string
		same      bool
	}{
		{nil, nil, true},
		{[]string{a}, []string{"a"}, true},
		{[]string{a, b}, []string{"b", a}, true},
		{[]string{a}, nil, false},
		{nil, []string{"a"}, false},
		{[]string{a}, []string{"last"}, true},
		{nil, []string{"last"}, true},
		{[]string{b, a}, []string{"last", "a"}, true},
		{[]string{a, b}, []string{"last"}, false},
		{[]string{b}, []string{"last", "a"}, false},
	} {
		if sameEarlier(c.then, c.now) != c.same {
			t.Errorf("%q, %q: not %v", c.then, c.now, c.same)
		}
	}
}

// absoluteDirectory is a path that is absolute on every system.
func absoluteDirectory() string {
	path, _ := filepath.Abs("d.csv")
	return path
}
