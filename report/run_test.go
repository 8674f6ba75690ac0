package report_test

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"meetbatch/job"
	"meetbatch/report"
)

// TestRun: run.json is read as it was written, with the settings as they were given.
func TestRun(t *testing.T) {
	t.Parallel()
	d := create(t, job.Reclaim)
	code := 1
	end := noon.Add(time.Hour)
	want := report.Run{
		Command:   "reclaim",
		Arguments: []string{"reclaim", "<rooms>.csv"},
		Settings:  json.RawMessage(`{"rate":"100/1m","skip-succeeded":["a","b"]}`),
		Start:     noon,
		End:       &end,
		State:     report.Finished,
		Counts:    report.Counts{Rows: 10, Succeeded: 5, Failed: 2, Skipped: 1, Invalid: 2},
		ExitCode:  &code,
		Schema:    2,
	}
	want.Rate.Add(2.5, 3, 1, time.Second)
	want.Rate.Add(1.5, 2, 4, 500*time.Millisecond)
	for range 2 { // the second time it takes the place of the first
		if err := d.WriteRun(want); err != nil {
			t.Fatal(err)
		}
	}
	text := readFile(t, d.File(report.RunFile))
	if !strings.Contains(text, "\n  \"settings\": {\n    \"rate\": \"100/1m\",\n    \"skip-succeeded\": [\n      \"a\",\n") || !strings.HasSuffix(text, "\n}\n") {
		t.Errorf("run.json is\n%s", text)
	}
	got, err := report.ReadRun(d.Path)
	if err != nil {
		t.Fatal(err)
	}
	var settings map[string]any
	if err := json.Unmarshal(got.Settings, &settings); err != nil || settings["rate"] != "100/1m" {
		t.Errorf("settings are %s, %v", got.Settings, err)
	}
	got.Settings = want.Settings // but for blanks
	want.Files = got.Files
	if p := got.Process; p.PID != os.Getpid() || p.Host == "" {
		t.Errorf("the process is %+v", p)
	}
	got.Process = want.Process
	if got.Alive == nil || time.Since(*got.Alive) > time.Minute {
		t.Errorf("alive is %v", got.Alive)
	}
	got.Alive, want.Failures, want.Sessions = nil, []report.Failure{}, []report.Session{}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, want %+v", got, want)
	}
	if pace := (report.Pace{AchievedPerSecond: 1.5, MostPerSecond: 3, Throttled: 5, HeldSeconds: 1.5}); got.Rate != pace {
		t.Errorf("the pace is %+v, want %+v", got.Rate, pace)
	}
	if got.Counts.Left() != 4 {
		t.Errorf("%d rows are left, want 4", got.Counts.Left())
	}
}

func TestReadRun(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if _, err := report.ReadRun(dir); !errors.Is(err, report.ErrNoRun) || err.Error() != dir+" holds no run: there is no run.json" {
		t.Errorf("ReadRun of no run = %v", err)
	}
	name := filepath.Join(dir, report.RunFile)
	if err := os.WriteFile(name, []byte("{"), 0o666); err != nil {
		t.Fatal(err)
	}
	if _, err := report.ReadRun(dir); err == nil || err.Error() != name+": unexpected end of JSON input" {
		t.Errorf("ReadRun of half a file = %v", err)
	}
}
