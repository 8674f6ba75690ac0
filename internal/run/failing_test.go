package run

import (
	"cmp"
	"encoding/csv"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"strconv"
	"testing"
	"time"

	"pgregory.net/rapid"

	"meetbatch/job"
	"meetbatch/report"
)

// pastRun is a run of a history that the tests make up.
type pastRun struct {
	command, endpoint string
	sandbox, undone   bool
	state             report.State
	start             time.Time
	rows              []pastRow
}

type pastRow struct {
	account, value string
	status         job.Status
	code           string
	at             time.Time
}

// write makes the directory of a run as version 0.1 would have left it, with nothing of the package that reads it.
func (p *pastRun) write(t testing.TB, path string) {
	if err := os.MkdirAll(path, 0o777); err != nil {
		t.Fatal(err)
	}
	settings, err := json.Marshal(map[string]string{"sandbox": strconv.FormatBool(p.sandbox), "endpoint": p.endpoint})
	if err != nil {
		t.Fatal(err)
	}
	r := map[string]any{"command": p.command, "settings": json.RawMessage(settings), "state": p.state, "start": p.start}
	if p.undone {
		r["undone_by"] = "/elsewhere"
	}
	text, err := json.Marshal(r)
	if err == nil {
		err = os.WriteFile(filepath.Join(path, report.RunFile), text, 0o666)
	}
	if err != nil {
		t.Fatal(err)
	}
	f, err := os.Create(filepath.Join(path, report.ResultsFile))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	column := map[string]string{"reclaim": "vmr_id", "status": "user_status"}[p.command]
	table := [][]string{{"line", "account", column, "request_id", "status", "http_status", "error_code", "error_message", "attempts", "duplicate_of", "finished_at"}}
	for i, row := range p.rows {
		table = append(table, []string{strconv.Itoa(i + 2), row.account, row.value, "id", string(row.status), "", row.code, "because " + row.code, "1", "", row.at.Format(time.RFC3339)})
	}
	if err := csv.NewWriter(f).WriteAll(table); err != nil {
		t.Fatal(err)
	}
}

// modelRow is what the model says of a row: its fates in the runs that count, one a run.
type modelRow struct {
	account, value          string
	fates                   []pastRow
	runs, lines             []int // of the fates
	times, firstLine, inRun int
	firstAt                 time.Time
	lastCode                string
}

// model finds what FindFailing is to find, with plain maps of everything.
func model(runs []pastRun, command string, times int) (rows []*modelRow) {
	all := map[string]*modelRow{}
	for i, p := range runs {
		if p.sandbox || p.undone || p.state == report.Planning || p.command != command {
			continue
		}
		for n, row := range p.rows {
			if row.status == job.NotSent || row.status == job.Skipped {
				continue
			}
			key := fmt.Sprintf("%q %q %q", p.endpoint, row.account, row.value)
			m := all[key]
			if m == nil {
				m = &modelRow{account: row.account, value: row.value}
				all[key] = m
			}
			last := len(m.runs) - 1
			switch {
			case last < 0 || m.runs[last] != i:
				m.runs, m.fates, m.lines = append(m.runs, i), append(m.fates, row), append(m.lines, n)
			case row.status == job.Succeeded:
				m.fates[last].status = row.status
			default:
				if row.at.Before(m.fates[last].at) {
					m.fates[last].at = row.at
				}
			}
		}
	}
	for _, m := range all {
		for i := len(m.runs) - 1; i >= 0 && m.fates[i].status != job.Succeeded; i-- {
			m.times++
			m.firstAt = m.fates[i].at
		}
		if m.times < times {
			continue
		}
		last := len(m.runs) - 1
		m.inRun, m.firstLine, m.lastCode = m.runs[last], m.lines[last], m.fates[last].code
		rows = append(rows, m)
	}
	slices.SortFunc(rows, func(a, b *modelRow) int {
		return cmp.Or(cmp.Compare(b.times, a.times), cmp.Compare(b.inRun, a.inRun), cmp.Compare(a.firstLine, b.firstLine))
	})
	return rows
}

func init() { flag.Set("rapid.checks", mass("30", "100")) }

// TestFailing holds what is found against the model, for random histories.
func TestFailing(t *testing.T) {
	t.Parallel()
	statuses := []job.Status{job.Succeeded, job.Succeeded, job.Failed, job.Failed, job.Unknown, job.Invalid, job.NotSent, job.Skipped}
	start := time.Date(2026, 3, 1, 1, 30, 0, 0, time.UTC)
	row := rapid.Custom(func(t *rapid.T) pastRow {
		return pastRow{
			account: rapid.SampledFrom([]string{"", "a", "b", "a,b", "=c"}).Draw(t, "account"),
			value:   rapid.SampledFrom([]string{"", "1", "2", "b"}).Draw(t, "value"),
			status:  rapid.SampledFrom(statuses).Draw(t, "status"),
			code:    rapid.SampledFrom([]string{"", "X.1", "X.2"}).Draw(t, "code"),
			at:      start.Add(time.Duration(rapid.IntRange(0, 3600).Draw(t, "at")) * time.Second),
		}
	})
	one := rapid.Custom(func(t *rapid.T) pastRun {
		return pastRun{
			command:  rapid.SampledFrom([]string{"reclaim", "reclaim", "reclaim", "status"}).Draw(t, "command"),
			endpoint: rapid.SampledFrom([]string{"", "https://127.0.0.1"}).Draw(t, "endpoint"),
			sandbox:  rapid.IntRange(0, 5).Draw(t, "sandbox") == 0,
			undone:   rapid.IntRange(0, 5).Draw(t, "undone") == 0,
			state:    rapid.SampledFrom([]report.State{report.Finished, report.Stopped, report.Running, report.Planning}).Draw(t, "state"),
			rows:     rapid.SliceOfN(row, 0, 8).Draw(t, "rows"),
		}
	})
	base := t.TempDir()
	n := 0
	rapid.Check(t, func(rt *rapid.T) {
		runs := rapid.SliceOfN(one, 0, 6).Draw(rt, "runs")
		times := rapid.IntRange(1, 4).Draw(rt, "times")
		n++
		folder := filepath.Join(base, strconv.Itoa(n))
		counted := 0
		for i := range runs {
			p := &runs[i]
			if p.sandbox {
				p.endpoint = ""
			}
			p.start = start.Add(time.Duration(i) * 24 * time.Hour)
			for j := range p.rows {
				p.rows[j].at = p.rows[j].at.Add(time.Duration(i) * 24 * time.Hour)
			}
			p.write(t, filepath.Join(folder, strconv.Itoa(9-i))) // whose names say nothing of the order
			if p.command == "reclaim" && !p.sandbox && !p.undone && p.state != report.Planning {
				counted++
			}
		}
		if err := os.MkdirAll(folder, 0o777); err != nil {
			t.Fatal(err)
		}
		found, err := FindFailing(folder, "reclaim", times, nil)
		if err != nil {
			rt.Fatal(err)
		}
		want := model(runs, "reclaim", times)
		if found.Runs != counted || len(found.Rows) != len(want) {
			rt.Fatalf("%d rows of %d runs, want %d of %d", len(found.Rows), found.Runs, len(want), counted)
		}
		for i, m := range want {
			got := found.Rows[i]
			got.run, got.line, got.LastAt = 0, 0, time.Time{}
			is := FailingRow{Account: m.account, Value: m.value, Times: m.times, FirstAt: m.firstAt, ErrorCode: m.lastCode, ErrorMessage: "because " + m.lastCode, LastRun: filepath.Join(folder, strconv.Itoa(9-m.inRun))}
			if got != is {
				rt.Fatalf("row %d is %+v, want %+v", i, got, is)
			}
		}
		code := "X.1"
		some, err := FindFailing(folder, "reclaim", times, &code)
		if err != nil {
			rt.Fatal(err)
		}
		if rest := slices.DeleteFunc(found.Rows, func(r FailingRow) bool { return r.ErrorCode != code }); !slices.EqualFunc(some.Rows, rest, func(a, b FailingRow) bool { return a == b }) {
			rt.Fatalf("with %s: %+v, want %+v", code, some.Rows, rest)
		}
		if err := os.RemoveAll(folder); err != nil {
			t.Fatal(err)
		}
	})
}

// thirtyNights makes the runs of thirty nights of so many rooms each, of which the room of line n fails in the last n%40
// nights, and gives how many do in the last 3 of them. The tables have their sums.
func thirtyNights(t testing.TB, folder string, rooms int) (want int) {
	start := time.Date(2026, 3, 1, 1, 30, 0, 0, time.UTC)
	said := defaults()
	said.SkipSucceeded, said.Column = []string{}, []string{}
	settings, err := json.Marshal(said)
	if err != nil {
		t.Fatal(err)
	}
	const nights = 30
	for night := range nights {
		at := start.Add(time.Duration(night) * 24 * time.Hour)
		d, err := report.Begin(filepath.Join(folder, fmt.Sprintf("night-%02d", nights-night)), job.Reclaim)
		if err != nil {
			t.Fatal(err)
		}
		var outcomes []job.Outcome
		for n := range rooms {
			o := job.Outcome{
				Chunk:  job.Chunk{Target: fmt.Sprintf("user%05d@example", n/3), Entries: []job.Entry{{ID: fmt.Sprintf("ff8080816b9ec3ab016ba125%08x", n), Line: int64(n + 2)}}},
				Status: job.Succeeded, RequestID: "6a1c8e52-0f35-4f0e-9a51-f1f0b7c2d3e4", Attempts: 1, FinishedAt: at.Add(time.Duration(n) * time.Millisecond),
				Answer: job.Answer{HTTPStatus: 200, ServerRequestID: "fdd5a0bd"},
			}
			if nights-night <= n%40 {
				o.Status, o.Answer.HTTPStatus, o.Answer.Code, o.Answer.Message = job.Failed, 400, "USG.201080000", "The cloud meeting room does not exist"
			}
			outcomes = append(outcomes, o)
		}
		if err := d.Settle(outcomes...); err != nil {
			t.Fatal(err)
		}
		r := report.Run{Command: "reclaim", Settings: settings, Start: at, State: report.Finished}
		if err := cmp.Or(d.Sync(), d.WriteRun(r), d.Close()); err != nil {
			t.Fatal(err)
		}
	}
	for n := range rooms {
		if n%40 >= 3 {
			want++
		}
	}
	return want
}

// TestThirtyNights: what is found of known histories is exact, in 100 MiB for 10,000 rows a night.
func TestThirtyNights(t *testing.T) {
	folder, rooms := t.TempDir(), mass(2_000, 10_000)
	most := uint64(100 * rooms / 10_000)
	want := thirtyNights(t, folder, rooms)
	debug.FreeOSMemory()
	began := time.Now()
	found, err := FindFailing(folder, "", 3, nil)
	took := time.Since(began)
	if err != nil {
		t.Fatal(err)
	}
	var after runtime.MemStats
	runtime.ReadMemStats(&after)
	held := (after.HeapSys - after.HeapReleased) >> 20
	t.Logf("thirty nights of %d rows: %d rows in %s, in a heap of %d MiB", rooms, len(found.Rows), took.Round(time.Millisecond), held)
	if len(found.Rows) != want || found.Runs != 30 || held > most {
		t.Errorf("%d rows of %d runs, want %d; in %d MiB", len(found.Rows), found.Runs, want, held)
	}
	line, times := int64(0), 30
	for _, r := range found.Rows {
		n := int(r.line) - 2
		if r.Times != min(n%40, 30) || r.LastRun != filepath.Join(folder, "night-01") || r.ErrorCode != "USG.201080000" || r.LastAt.Sub(r.FirstAt) != time.Duration(r.Times-1)*24*time.Hour {
			t.Fatalf("%+v", r)
		}
		if r.Times > times || r.Times == times && r.line <= line {
			t.Fatalf("%+v comes behind line %d, which failed %d times", r, line, times)
		}
		line, times = r.line, r.Times
	}
}

// BenchmarkFailing is thirty nights of 10,000 rows, for which the promise is 5 s.
func BenchmarkFailing(b *testing.B) {
	folder := b.TempDir()
	want := thirtyNights(b, folder, 10_000)
	for b.Loop() {
		if found, err := FindFailing(folder, "", 3, nil); err != nil || len(found.Rows) != want {
			b.Fatalf("%d rows, %v", len(found.Rows), err)
		}
	}
}
