package page

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"html"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"meetbatch/internal/words"
	"meetbatch/job"
	"meetbatch/report"
)

var began = time.Date(2026, 11, 25, 1, 4, 18, 0, time.UTC)

// A made is a run directory that a test makes.
type made struct {
	results, requests bytes.Buffer
	of                Of
	lines             int64
	ids               int
}

func newMade(t testing.TB) *made {
	m := &made{of: Of{Dir: t.TempDir(), Operation: job.Reclaim, Life: report.Over, Now: began.Add(24 * time.Hour)}}
	m.of.Run = report.Run{Command: "reclaim", Version: "0.1.0", Start: began, State: report.Finished, Input: report.Input{Path: "/srv/rooms.csv"}}
	m.results.WriteString("line,account,vmr_id,request_id,status,http_status,error_code,error_message,attempts,duplicate_of,finished_at,server_request_id\n")
	m.requests.WriteString("time,event,request_id,target,entries,first_line,attempt,http_status,error_code,duration_ms,server_request_id\n")
	return m
}

const stampForm = "2006-01-02T15:04:05.000Z"

// row adds a result.
func (m *made) row(account, id string, status job.Status, httpStatus, code, message string) {
	m.lines++
	attempts := 1
	if status == job.Invalid || status == job.Skipped {
		attempts = 0
	}
	quoted := func(s string) string { return `"` + strings.ReplaceAll(s, `"`, `""`) + `"` }
	fmt.Fprintf(&m.results, "%d,%s,%s,6e2adc8a-8aba-4eab-9940-7566b6b76de8,%s,%s,%s,%s,%d,,%s,\n", m.lines+1, quoted(account), quoted(id), status, httpStatus, quoted(code), quoted(message), attempts, began.Format(stampForm))
	switch c := &m.of.Run.Counts; status {
	case job.Succeeded:
		c.Succeeded++
	case job.Failed:
		c.Failed++
	case job.Invalid:
		c.Invalid++
	}
	m.of.Run.Counts.Rows++
}

// request adds a request and its answer.
func (m *made) request(at time.Time, status int, took time.Duration) {
	m.ids++
	fmt.Fprintf(&m.requests, "%s,sent,%d,a,1,2,1,,,,\n", at.UTC().Format(stampForm), m.ids)
	fmt.Fprintf(&m.requests, "%s,answered,%d,a,1,2,1,%d,,%d,\n", at.Add(took).UTC().Format(stampForm), m.ids, status, took.Milliseconds())
}

// session adds one.
func (m *made) session(from, to time.Time, requests int64, rate string) {
	m.of.Run.Sessions = append(m.of.Run.Sessions, report.Session{Start: from, End: &to, User: "ops", Host: "mgmt1", Rate: rate, Workers: 8, Requests: requests, Ended: report.EndedFinished})
	m.of.Run.End = &to
}

func (m *made) save(t testing.TB) {
	t.Helper()
	for name, text := range map[string][]byte{report.ResultsFile: m.results.Bytes(), report.RequestsFile: m.requests.Bytes()} {
		if err := os.WriteFile(filepath.Join(m.of.Dir, name), text, 0o640); err != nil {
			t.Fatal(err)
		}
	}
}

// page gives the page, which has to keep what every page has to.
func (m *made) page(t testing.TB) string {
	t.Helper()
	m.save(t)
	var b bytes.Buffer
	if err := Write(&b, m.of); err != nil {
		t.Fatal(err)
	}
	text := b.String()
	if len(text) >= 300_000 {
		t.Errorf("the page has %d bytes", len(text))
	}
	for _, bad := range []string{"style=", "ZgotmplZ", "NaN", "Inf", "<no value>", "http://", "https://", " src=", ">0.0 %", ">100.0 %", "%!"} {
		if at := strings.Index(text, bad); at >= 0 {
			t.Errorf("the page holds %q: %s", bad, text[max(0, at-80):min(len(text), at+80)])
		}
	}
	for _, element := range []string{"style", "script"} {
		if found := regexp.MustCompile(`(?s)<` + element + `>(.*?)</` + element + `>`).FindStringSubmatch(text); found != nil {
			sum := sha256.Sum256([]byte(found[1]))
			if want := element + "-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]); !strings.Contains(html.UnescapeString(text), want) {
				t.Errorf("the policy does not allow the %s of the page", element)
			}
		}
	}
	return text
}

func wants(t *testing.T, text string, all ...string) {
	t.Helper()
	plain := html.UnescapeString(text)
	for _, want := range all {
		if !strings.Contains(plain, want) {
			t.Errorf("the page does not hold %q", want)
		}
	}
}

func TestNothingBreaksOut(t *testing.T) {
	hostile := []string{
		`</title></style></script><script>alert(1)</script>`, `"><img src=x onerror=alert(1)>`, `{{.}}`, "a\u202eb", "\x1b[31m", "a\x00b", "<!--", "]]>", "`${1}`", `' onload='x`, "\u2028",
	}
	for _, text := range hostile {
		m := newMade(t)
		m.row(text, text, job.Failed, "400", text, text)
		m.row(text, text, job.Invalid, "", "", text+": "+text)
		m.session(began, began.Add(time.Minute), 1, text)
		m.request(began, 400, time.Second)
		run := &m.of.Run
		run.Input.Path, run.Reason, run.Version, m.of.Next = "/"+strings.ReplaceAll(text, "/", "|"), text, text, text
		run.Sessions[0].User, run.Sessions[0].Reason, run.Rate.Followed, run.Parent, run.Input.SHA256 = text, text, text, text, text
		run.Settings = fmt.Appendf(nil, `{%q:%q,"endpoint":%q}`, "a<b", "<i>&", "<b>x")
		if strings.ContainsRune(text, 0) {
			m.results.Truncate(bytes.IndexByte(m.results.Bytes(), '\n') + 1) // which is damage in a table
		}
		var b bytes.Buffer
		m.save(t)
		if err := Write(&b, m.of); err != nil {
			t.Fatal(err)
		}
		page := b.String()
		for _, bad := range []string{"<script>alert", "<img", "\u202e", "\x1b", "\x00", "\u2028", "<i>&", "<b>x", "<!--", "onload='x"} {
			if strings.Contains(page, bad) {
				t.Errorf("%q: the page holds %q", text, bad)
			}
		}
		if n := strings.Count(page, "<script>"); n > 1 {
			t.Errorf("%q: %d scripts", text, n)
		}
	}
	if got := shown("a\u202eb"); got != `a\u202eb` {
		t.Errorf("shown as %q", got)
	}
	if got := []rune(shown(strings.Repeat("ä", 1<<20))); len(got) != 64 || got[63] != '…' {
		t.Errorf("cut to %d characters", len(got))
	}
}

func TestBudget(t *testing.T) {
	rows := mass(1000, 3000)
	for name, account := range map[string]string{
		"long":    strings.Repeat("a", 255),
		"escaped": strings.Repeat("<", 255),
		"wide":    strings.Repeat("账", 85),
		"turned":  strings.Repeat("\u202e", 85),
	} {
		t.Run(name, func(t *testing.T) {
			m := newMade(t)
			for i := range rows {
				m.row(fmt.Sprint(i, account), account, job.Failed, "400", fmt.Sprint("USG.", i), account)
				m.row(account, account, job.Invalid, "", "", fmt.Sprint(i%150, account, ": x"))
			}
			end := began.Add(599 * time.Second)
			m.session(began, end, 10*597, "600/1m")
			for i := range 10 * 597 {
				m.request(began.Add(time.Duration(i)*100*time.Millisecond), []int{200, 200, 200, 200, 429, 500, 0}[i%7], time.Duration(i)*time.Millisecond)
			}
			text := m.page(t)
			wants(t, text, fmt.Sprintf("%s = 0 succeeded + %[2]s failed + 0 unknown + 0 not sent + %[2]s invalid + 0 skipped", words.Number(int64(2*rows)), words.Number(int64(rows))), "for further reasons")
			if n := strings.Count(text, "<tr><th scope=row>"); n < 200 {
				t.Errorf("%d rows are shown", n)
			}
		})
	}
}

func TestPlainBudget(t *testing.T) {
	m := newMade(t)
	for i := range 2000 {
		m.row(fmt.Sprintf("somebody.with.a.name%05d@corp.example", i), fmt.Sprintf("%032x", i), job.Failed, "400", "USG.201080000", "no")
	}
	m.session(began, began.Add(597*time.Second), 10*597, "600/1m")
	for i := range 10 * 597 {
		m.request(began.Add(time.Duration(i)*100*time.Millisecond), 200, time.Duration(i%500)*time.Millisecond)
	}
	text := m.page(t)
	wants(t, text, "the first 1,000 of 2,000; all are in results.csv")
	if n := strings.Count(text, "<tr><th scope=row>"); n != 1000 {
		t.Errorf("%d rows are shown, of %d bytes", n, len(text))
	}
	if n := strings.Count(text, "/min; p50"); n < 595 || n > 600 {
		t.Errorf("%d buckets", n)
	}
}

func TestFewRequests(t *testing.T) {
	none := newMade(t)
	wants(t, none.page(t), "so there is no timeline", "Nothing: no row needs a person")

	one := newMade(t)
	one.row("a", "b", job.Succeeded, "200", "", "")
	one.session(began, began, 1, "100/1m")
	one.request(began, 200, 143*time.Millisecond)
	wants(t, one.page(t), "Finished: all 1 row of rooms.csv succeeded", "1 request, at most 1 in a second; p50 143 ms, p99 143 ms", "100 %")

	for status, want := range map[job.Status]string{job.Invalid: "7 invalid", job.Skipped: "7 skipped"} {
		m := newMade(t)
		for range 7 {
			m.row("a", "b", status, "", "", "account is empty")
		}
		wants(t, m.page(t), "so there is no timeline", want, `width="100.000%"`)
	}
}

func TestShare(t *testing.T) {
	for _, c := range []struct {
		part, whole int64
		want        string
	}{{0, 0, "–"}, {0, 5, "–"}, {5, 5, "100 %"}, {1, 1_000_000, "< 0.1 %"}, {999_999, 1_000_000, "> 99.9 %"}, {1, 3, "33.3 %"}, {999, 1000, "99.9 %"}, {9995, 10000, "> 99.9 %"}, {1, 1000, "0.1 %"}} {
		if got := share(c.part, c.whole); got != c.want {
			t.Errorf("%d of %d: %s", c.part, c.whole, got)
		}
	}
}

func TestLength(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "0 s", 400 * time.Microsecond: "1 ms", 143 * time.Millisecond: "143 ms", time.Second: "1 s", 2003 * time.Millisecond: "2.0 s", 2 * time.Second: "2 s", 9970 * time.Millisecond: "10 s",
		45 * time.Second: "45 s", 278 * time.Second: "4 min 38 s", 2 * time.Minute: "2 min", 125 * time.Minute: "2 h 5 min", 76 * time.Hour: "3 d 4 h",
	} {
		if got := length(d); got != want {
			t.Errorf("%v: %s, want %s", d, got, want)
		}
	}
}

// Failed rows and those of unknown fate stand before invalid ones, each by line, and those that were not sent nowhere.
func TestOrderOfRows(t *testing.T) {
	m := newMade(t)
	m.row("invalid@a", "1", job.Invalid, "", "", "it is wrong")
	m.row("later@a", "2", job.Unknown, "", "", "")
	m.row("notsent@a", "3", job.NotSent, "", "", "")
	m.row("last@a", "4", job.Failed, "400", "USG.201080000", "x")
	text := m.page(t)
	_, table, _ := strings.Cut(text, `id="rows"`)
	a, b, c := strings.Index(table, "later@a"), strings.Index(table, "last@a"), strings.Index(table, "invalid@a")
	if a < 0 || b < a || c < b || strings.Contains(text, "notsent@a") {
		t.Error("the rows stand at", a, b, c)
	}
}

func TestNoRows(t *testing.T) {
	m := newMade(t)
	for i := range 10 {
		m.row("secret@corp.example", "abc77", job.Failed, "400", "USG.201040000", "secret@corp.example does not exist")
		m.row("secret@corp.example", "abc77", job.Invalid, "", "", fmt.Sprintf("account is odd: secret@corp.example%d", i))
		m.row("secret@corp.example", "abc77", job.Unknown, "", "", "secret@corp.example is silent")
	}
	m.of.NoRows = true
	text := m.page(t)
	for _, secret := range []string{"secret", "abc77", "<script>"} {
		if strings.Contains(text, secret) {
			t.Errorf("the page holds %q", secret)
		}
	}
	wants(t, text, "the account does not exist", "account is odd", "None of their IDs is 32 hex digits", "were left out")
}

// Of a run that was killed, or is under way, the tables are the truth: run.json may be older.
func TestStates(t *testing.T) {
	for life, want := range map[report.Life]string{report.Killed: "Killed: nothing after 01:04:20 UTC; 1 of the 5 rows", report.UnderWay: "Running: 1 of the 5 rows", report.Silent: "No sign of life"} {
		m := newMade(t)
		m.row("a", "b", job.Succeeded, "200", "", "")
		m.of.Run.State, m.of.Life, m.of.Run.Counts = report.Running, life, report.Counts{Rows: 5}
		m.of.Run.Sessions = []report.Session{{Start: began, Rate: "100/1m"}}
		m.of.Now = began.Add(time.Hour)
		m.request(began.Add(time.Second), 200, time.Second)
		wants(t, m.page(t), want, "4 to go")
	}
}

func TestOldRuns(t *testing.T) {
	for _, name := range []string{"finished", "killed", "stopped"} {
		dir := filepath.Join("..", "..", "testdata", "runs-0.1", name)
		run, err := report.ReadRun(dir)
		if err != nil {
			t.Fatal(err)
		}
		m := newMade(t)
		m.of.Dir, m.of.Run, m.of.Life = dir, run, run.Life(time.Now())
		for _, op := range job.Operations() {
			if op.Name == run.Command {
				m.of.Operation = op
			}
		}
		var b bytes.Buffer
		if err := Write(&b, m.of); err != nil {
			t.Error(name, err)
		}
		wants(t, b.String(), map[string]string{"finished": "Finished:", "killed": "No sign of life:", "stopped": "Stopped:"}[name], "request", map[string]string{"finished": "1 session", "killed": "16 rows of standard input are settled", "stopped": "not sent"}[name])
	}
}

// A bucket is as wide as it has to be, whatever run.json says of sessions.
func TestBuckets(t *testing.T) {
	for _, told := range []bool{true, false} {
		m := newMade(t)
		at := began
		for range 3 {
			from := at
			for range 2000 {
				m.request(at, 200, time.Second)
				at = at.Add(33 * time.Second)
			}
			if told {
				m.session(from, at, 2000, "100/1m")
			}
			at = at.Add(40 * time.Hour)
		}
		text := m.page(t)
		if n := strings.Count(text, "/min; p50"); n < 100 || n > 600 {
			t.Errorf("%d buckets", n)
		}
		if told {
			wants(t, text, "40 h", "Each step is 10 min")
		}
	}
}

// What was held is when nothing went out after a bad answer, and no more than usual between two requests is not.
func TestHeld(t *testing.T) {
	m := newMade(t)
	m.session(began, began.Add(40*time.Second), 20, "30/1m")
	for i := range 10 {
		m.request(began.Add(time.Duration(i)*2*time.Second), 429, time.Millisecond)
	}
	m.request(began.Add(38*time.Second), 200, time.Millisecond)
	wants(t, m.page(t), "held by the service for 20 s", "429: 10")
}

func TestCommon(t *testing.T) {
	m := newMade(t)
	for i := range 9 {
		m.row(fmt.Sprint("u", i), "missing", job.Failed, "400", "USG.201080000", "x")
		m.row(fmt.Sprint("u", i), fmt.Sprintf("%032x", i), job.Succeeded, "200", "", "")
		m.row("one@a", fmt.Sprintf("%032x", i), job.Failed, "400", "USG.201040000", "x")
	}
	wants(t, m.page(t), "exactly these 9 have an ID that is not 32 hex digits", "All of them are of one account, one@a.")
}
