package run

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"meetbatch/internal/sandbox"
	"meetbatch/job"
)

// TestSettingsComeBack: what run.json holds of settings is what they were, each a string or a list of strings.
func TestSettingsComeBack(t *testing.T) {
	t.Parallel()
	was := Settings{
		Pacing: Pacing{Rate: job.Rates{{Requests: 10, Per: time.Second}, {Requests: 5, Per: 48 * time.Hour}}, Workers: 3, Attempts: 2, Timeout: Duration{90 * time.Second}},
		Site:   Site{AccountType: "1", Region: "intl", Endpoint: "https://example.test", Language: "zh-CN"},
		Rehearsing: Rehearsing{Sandbox: true, Rehearsal: sandbox.Rehearsal{
			Throttle: sandbox.Throttle{Limit: 9, Window: time.Minute}, BadEntry: "partial", Repeat: "reject", Directory: "/d.csv",
			Latency: sandbox.Latency{Min: time.Millisecond, Max: time.Second}, Fault: []sandbox.Fault{{Kind: "503", Share: .02}, {Kind: "html", Share: .1}}, Seed: 7,
			Reading: []sandbox.Reading{{Key: "offset", Value: "pages"}, {Key: "count", Value: "-1"}},
		}},
		OnlyChanges: true, MaxChanges: &Allowed{job.Share{Rows: 9}}, Strict: true,
		Chunk: 7, MaxFailures: job.Share{Percent: 5}, MaxInvalid: Allowed{}, ExpectRows: Range{"5..", 5, 1 << 62}, Limit: 12, Shard: job.Shard{K: 2, N: 4},
		SkipSucceeded: []string{"/runs/1", "/runs/2"}, Column: []string{"account=a=b", "vmr_id=c"}, AnyID: true, HeaderLine: 4, NoHeader: true, Accept: []string{"shape", "rounded"},
		Encoding: "gb18030", Delimiter: '\t', To: "disabled",
	}
	text, err := json.Marshal(was)
	if err != nil {
		t.Fatal(err)
	}
	var plain map[string]any
	if err := json.Unmarshal(text, &plain); err != nil {
		t.Fatal(err)
	}
	for name, value := range plain {
		switch value.(type) {
		case string, []any:
		default:
			t.Errorf("%s is %v, no string and no list", name, value)
		}
	}
	if n := len(slices.Collect(fields())); len(plain) != n {
		t.Errorf("%d settings of %d are written: %s", len(plain), n, text)
	}
	var is Settings
	if err := json.Unmarshal(text, &is); err != nil || !reflect.DeepEqual(is, was) {
		t.Errorf("%+v, %v, want %+v back", is, err, was)
	}
	if got := was.columns(); got["account"] != "a=b" || got["vmr_id"] != "c" {
		t.Errorf("columns = %v", got)
	}
}

// TestSettingsOfOldRuns: the settings of runs of 0.1 are understood.
func TestSettingsOfOldRuns(t *testing.T) {
	t.Parallel()
	dirs, err := filepath.Glob("../../testdata/runs-0.1/*")
	if err != nil || len(dirs) != 3 {
		t.Fatal(dirs, err)
	}
	for _, dir := range dirs {
		s, err := Load(dir)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Settings.Check(); err != nil || s.Settings.CheckFor(s.Operation) != nil || !s.Settings.Sandbox || s.Settings.Attempts != 5 {
			t.Errorf("%s: %v: %+v", dir, err, s.Settings)
		}
	}
}

func TestChanges(t *testing.T) {
	t.Parallel()
	s := Settings{Pacing: Pacing{Workers: 8, Attempts: 5, Rate: job.Rates{job.AutoRate}}}
	workers, rate := 3, job.Rates(nil)
	Changes{Workers: &workers, Rate: &rate}.Apply(&s)
	if s.Workers != 3 || s.Rate != nil || s.Attempts != 5 {
		t.Errorf("settings = %+v", s)
	}
}

// TestLoadRefuses: what is no run, and settings that cannot be read, is an error that says where.
func TestLoadRefuses(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                     "holds no run",
		`{"command":"delete"}`: `run.json: command "delete" is no job`,
		`{"command":"reclaim"`: "run.json: ",
		`{"command":"reclaim","settings":{"rate":"fast"}}`:    `run.json: settings: rate "fast" is not REQUESTS/TIME`,
		`{"command":"reclaim","settings":{"workers":"many"}}`: "run.json: settings: ",
		`{"command":"reclaim","settings":{},"state":"gone"}`:  `run.json: the state is "gone"`,
		`{"command":"reclaim","schema_version":2}`:            "run.json: it was changed or damaged",
		`{"command":"reclaim","schema_version":3}`:            "run.json: schema_version is 3: it was written by a later version of meetbatch",
	} {
		dir := t.TempDir()
		if text != "" {
			if err := os.WriteFile(filepath.Join(dir, "run.json"), []byte(text), 0o666); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := Load(dir); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", text, err, want)
		}
	}
}

// TestStoredWhole: a run.json that has sums has all settings too. What it leaves out is never at its default, since a run
// would go on as another one.
func TestStoredWhole(t *testing.T) {
	t.Parallel()
	said := defaults()
	said.Column, said.SkipSucceeded, said.AccountType, said.Endpoint = []string{}, []string{}, "1", "https://example.com"
	text, err := json.Marshal(said)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := stored(text, job.Reclaim, true); err != nil {
		t.Error(err)
	}
	var each map[string]json.RawMessage
	if err := json.Unmarshal(text, &each); err != nil {
		t.Fatal(err)
	}
	for name := range each {
		left := maps.Clone(each)
		delete(left, name)
		text, err := json.Marshal(left)
		if err != nil {
			t.Fatal(err)
		}
		_, err = stored(text, job.Reclaim, true)
		if optional := name == "account-type" || name == "endpoint"; (err == nil) != optional {
			t.Errorf("without %s: %v", name, err)
		}
	}
}

// TestStoredSettings: what run.json of version 0.1 leaves out is at its default, and what no command line could say is refused.
func TestStoredSettings(t *testing.T) {
	t.Parallel()
	load := func(settings string) (*Stored, error) {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "run.json"), []byte(`{"command":"status","state":"finished","settings":`+settings+`}`), 0o666); err != nil {
			t.Fatal(err)
		}
		return Load(dir)
	}
	s, err := load(`{"workers":"3","to":"disabled"}`)
	if err != nil {
		t.Fatal(err)
	}
	if got := s.Settings; got.Workers != 3 || got.Rate.String() != "100/1m" || got.Chunk != 100 || got.MaxFailures.String() != "50%" || got.Region != "cn" || got.Encoding != "auto" {
		t.Errorf("settings = %+v", got)
	}
	for _, wrong := range []string{`{"to":"foo"}`, `{"rate":null}`, `{"account-type":"9"}`, `{"encoding":"xx"}`, `{"language":"xx"}`, `{"region":"moon"}`, `{"column":["foo"]}`,
		`{"column":["vmr_id=x"]}`, `{"workers":"0"}`, `{"chunk":"101"}`, `{"speed":"fast"}`, `[]`} {
		if _, err := load(wrong); err == nil || CodeOf(err) != Recorded {
			t.Errorf("%s: %v", wrong, err)
		}
	} // What belongs to a process is never read from a run, and neither are secrets.
	for _, name := range []string{"yes", "until", "metrics", "ping", "budget", "profile", "log-format", "quiet", "verbose", "dry-run", "out", "token", "app-key", "Yes", "MEETBATCH_TOKEN"} {
		if _, err := load(`{"to":"disabled","` + name + `":"true"}`); err == nil || CodeOf(err) != Recorded || !strings.Contains(err.Error(), "unknown field") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestColumnsByPosition: what a column's position and a file without header ask for.
func TestColumnsByPosition(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		op       job.Operation
		column   string
		noHeader bool
		to       string
		error    string
		hint     string
	}{
		{job.Reclaim, "account=#1", false, "", "", ""},
		{job.Reclaim, "account=#account", false, "", "", ""}, // a header of that name
		{job.Reclaim, "account=#", false, "", "", ""},
		{job.Reclaim, "account=#0", false, "", "--column account=#0: no column from #1 on", "the first column is #1"},
		{job.Reclaim, "vmr_id=#-1", false, "", "--column vmr_id=#-1: no column from #1 on", "the first column is #1"},
		{job.Reclaim, "vmr_id=#99999999999999999999", false, "", "--column vmr_id=#99999999999999999999: no column from #1 on", "the first column is #1"},
		{job.Reclaim, "account=#2;vmr_id=#1", true, "", "", ""},
		{job.Reclaim, "", true, "", "--no-header: nothing says by its position where account stands", "say it, such as --column account=#1"},
		{job.Reclaim, "account=#1", true, "", "--no-header: nothing says by its position where vmr_id stands", "say it, such as --column vmr_id=#2"},
		{job.Reclaim, "account=account;vmr_id=#1", true, "", "--no-header: nothing says by its position where account stands", "say it, such as --column account=#1"},
		{job.SetStatus, "account=#1", true, "disabled", "", ""},
		{job.SetStatus, "account=#1", true, "", "--no-header: nothing says by its position where user_status stands", "say it, such as --column user_status=#2, or one for all rows: --to disabled"},
		{job.SetStatus, "account=#1;user_status=#3", true, "", "", ""},
	} {
		s := defaults()
		s.NoHeader, s.To = test.noHeader, test.to
		if test.column != "" {
			s.Column = strings.Split(test.column, ";")
		}
		err := s.CheckFor(test.op)
		if test.error == "" && err == nil {
			continue
		}
		if err == nil || err.Error() != test.error || job.HintOf(err) != test.hint || CodeOf(err) != Usage {
			t.Errorf("%+v: %v, hint %q", test, err, job.HintOf(err))
		}
	}
}
