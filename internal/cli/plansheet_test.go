package cli

import (
	"strings"
	"testing"
	"time"

	"meetbatch/internal/run"
	"meetbatch/job"
	"meetbatch/job/plan"
	"meetbatch/reader"
)

// told is a plan with much to tell: rows of several fates, two doubts, a warning, and a rate for which the night is too
// short.
func told() *run.Planned {
	p := doubtful("spelling")
	p.Tally = plan.Tally{Rows: 4070, InvalidRows: 30, SkippedRows: 5, Duplicates: 2, Accounts: 1374, Entries: 4033, Requests: 1374}
	p.Dir = "runs/reclaim-1"
	p.Settings.Rate = job.Rates{{Requests: 10, Per: time.Minute}}
	p.Settings.MaxInvalid.Percent, p.Settings.MaxFailures.Percent = 10, 50
	p.Table.Account, p.Table.Value = reader.Column{Position: 1, Header: "account"}, reader.Column{Position: 2, Header: "vmr_id"}
	p.First, p.Last = job.Item{Line: 2, Account: "wei@example", Value: "ff8080816b9ec3ab016ba125aca20082"}, job.Item{Line: 4071, Account: "li", Value: "b"}
	p.Findings.Kinds = append(p.Findings.Kinds,
		&reader.Note{Text: "invalid: vmr_id is the number that people dial", Count: 30, Lines: []int64{79, 298, 312, 400}},
		&reader.Note{Text: "vmr_id is not 32 hex digits, sent all the same", Count: 81, Lines: []int64{128, 140, 161}, Sample: "a b"})
	return p
}

// TestPlanSheet: a plan is set for the width, words whole, and leaves nothing out that its lines tell.
func TestPlanSheet(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 1, 22, 4, 20, 0, time.Local)
	zone := now.Format("MST")
	until, over := now.Add(8*time.Hour), now.Add(time.Hour)
	for _, test := range []struct {
		columns int
		until   time.Time
		want    string
	}{
		{80, over, `f.csv: 4,070 rows; header in line 1, utf-8, commas

  reclaim   4,033 rooms from 1,374 accounts, of Meeting (account type 0)
  invalid   30 rows, never sent: vmr_id is the number that people dial (lines
            79, 298, 312 and 27 more)
  skipped   5 rows, which succeeded in an earlier run
  duplicate 2 rows, sent as one with the row that they repeat
  warning   2 rows: not read, above the header (lines 1, 2)
            81 rows: vmr_id is not 32 hex digits, sent all the same (lines 128,
            140, 161 and 78 more; such as "a b")
  in doubt  unfinished: the last row has no line end
            12 rows, rounded: digits are rounded (lines 2, 3, 4 and 9 more)
  requests  1,374, at 10 a minute about 2h17m: done at about Mon 00:21 ZONE
  until     23:04:20 ZONE, before it is done: about 2,270 rows are left then
  columns   account in column 1 "account"
            vmr_id in column 2 "vmr_id"
  first row line 2: wei@example, ff8080816b9ec3ab016ba125aca20082
  last row  line 4071: li, b
  guards    refused above 10% invalid (1% are); stops at 50% failed
  accepted  spelling
  service   https://x.test, which is no address of Huawei Cloud
  directory runs/reclaim-1
`},
		{40, until, `f.csv: 4,070 rows; header in line 1,
utf-8, commas

reclaim   4,033 rooms from 1,374
          accounts, of Meeting (account
          type 0)
invalid   30 rows, never sent: vmr_id is
          the number that people dial
          (lines 79, 298, 312 and 27
          more)
skipped   5 rows, which succeeded in an
          earlier run
duplicate 2 rows, sent as one with the
          row that they repeat
warning   2 rows: not read, above the
          header (lines 1, 2)
          81 rows: vmr_id is not 32 hex
          digits, sent all the same
          (lines 128, 140, 161 and 78
          more; such as "a b")
in doubt  unfinished: the last row has
          no line end
          12 rows, rounded: digits are
          rounded (lines 2, 3, 4 and 9
          more)
requests  1,374, at 10 a minute about
          2h17m: done at about Mon 00:21
          ZONE
until     Mon 06:04 ZONE
columns   account in column 1 "account"
          vmr_id in column 2 "vmr_id"
first row
  line 2: wei@example,
  ff8080816b9ec3ab016ba125aca20082
last row  line 4071: li, b
guards    refused above 10% invalid (1%
          are); stops at 50% failed
accepted  spelling
service   https://x.test, which is no
          address of Huawei Cloud
directory runs/reclaim-1
`},
	} {
		got := planSheet(told(), test.until, test.columns, now)
		if want := strings.ReplaceAll(test.want, "ZONE", zone); got != want {
			t.Errorf("%d columns:\n%s\nwant\n%s", test.columns, got, want)
		}
	}
}

// TestPlanSheetParts: what is said of rates, services, accounts and values, wherever its lines end.
func TestPlanSheetParts(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 1, 22, 4, 20, 0, time.Local)
	rates := func(text string) (rates job.Rates) {
		if err := rates.UnmarshalText([]byte(text)); err != nil {
			t.Error(err)
		}
		return rates
	}
	for _, test := range []struct {
		change func(*run.Planned)
		want   string
	}{
		{func(p *run.Planned) { p.Settings.Rate = nil }, "1,374, as fast as they are answered"},
		{func(p *run.Planned) { p.Requests = 1 }, "requests 1 columns"},
		{func(p *run.Planned) { p.Settings.Rate = rates("auto,50/1d") }, "1,374, at 100 a minute, where auto begins, and 50 a day about 27d 0h: done at about 28 Mar 22:"},
		{func(p *run.Planned) { p.Settings.Rate = rates("100/10m") }, "at 100 in 10m0s about"},
		{func(p *run.Planned) { p.Settings.Endpoint = "https://API.meeting.huaweicloud.com:443/" }, "service https://API.meeting.huaweicloud.com:443 "},
		{func(p *run.Planned) { p.Settings.Endpoint, p.Settings.Region = "", "intl" }, "service https://api-intl.meeting.huaweicloud.com "},
		{func(p *run.Planned) { p.Settings.Endpoint = "https://api.meeting.cn-9.huaweicloud.com" }, ".com, which is that of no region known here "},
		{func(p *run.Planned) { p.Settings.Endpoint = "https://api.meeting.huaweicloud.com.test" }, "which is no address of Huawei Cloud "},
		{func(p *run.Planned) { p.Settings.Sandbox = true }, "service the simulated one inside this process"},
		{func(p *run.Planned) { p.Settings.AccountType = "1" }, "by third-party user ID (account type 1)"},
		{func(p *run.Planned) {
			p.Operation, p.Values = job.SetStatus, map[string]int64{"0": 4, "1": 1370}
		}, "status 1,374 accounts: 4 to normal, 1,370 to disabled, of Meeting (account type 0)"},
		{func(p *run.Planned) { p.Findings.Kinds = nil }, "invalid 30 rows, never sent "},
		{func(p *run.Planned) {
			p.InvalidRows = 31
			p.Findings.Kinds = append(p.Findings.Kinds, &reader.Note{Text: "invalid: too few fields", Count: 1, Lines: []int64{7}})
		}, "invalid 31 rows, never sent 30 rows: vmr_id is the number that people dial (lines 79, 298, 312 and 27 more) 1 row: too few fields (line 7) skipped"},
		{func(p *run.Planned) { p.Settled = 1000 }, "settled 1,000 rows already "},
	} {
		p := told()
		test.change(p)
		if got := strings.Join(strings.Fields(planSheet(p, time.Time{}, 80, now)), " "); !strings.Contains(got, test.want) {
			t.Errorf("%s\nwant\n%s", got, test.want)
		}
	}
	p := told()
	p.Settings.Endpoint = "https://a:s3cret@x.test"
	if got := planSheet(p, time.Time{}, 80, now); strings.Contains(got, "s3cret") || strings.Contains(got, "service") {
		t.Errorf("a password is shown:\n%s", got)
	}
}

// TestQuestion: what is asked counts what is done, and a doubt is never left out.
func TestQuestion(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		columns int
		change  func(*run.Planned)
		want    string
	}{
		{80, func(p *run.Planned) { p.Settings.Accept = reader.Doubts }, "Take 4,033 rooms back from 1,374 accounts? [y/N] "},
		{40, func(p *run.Planned) { p.Settings.Accept = reader.Doubts }, "Take 4,033 rooms back? [y/N] "},
		{80, func(*run.Planned) {}, "In doubt: rounded (12 rows), unfinished. Take 4,033 rooms back from 1,374\naccounts all the same? [y/N] "},
		{40, func(*run.Planned) {}, "In doubt: rounded (12 rows),\nunfinished. Take 4,033 rooms back from\n1,374 accounts all the same? [y/N] "},
		{80, func(p *run.Planned) { p.Settings.Accept, p.Operation = reader.Doubts, job.Assign }, "Give 4,033 rooms to 1,374 accounts? [y/N] "},
		{40, func(p *run.Planned) {
			p.Settings.Accept, p.Operation, p.Entries, p.Values = reader.Doubts, job.SetStatus, 266, map[string]int64{"1": 266}
		}, "Set 266 accounts to disabled? [y/N] "},
		{40, func(p *run.Planned) {
			p.Settings.Accept, p.Operation, p.Entries, p.Values = reader.Doubts, job.SetStatus, 266, map[string]int64{"0": 1, "1": 265}
		}, "Set 266 accounts: 1 to normal, 265 to\ndisabled? [y/N] "},
	} {
		p := told()
		test.change(p)
		if got := questionIn(p, test.columns); got != test.want {
			t.Errorf("%d columns: %q, want %q", test.columns, got, test.want)
		}
	}
	for _, op := range job.Operations() {
		if strings.Count(op.Order, "%s") != 1 || op.PerAccount == (op.Whose == "") {
			t.Errorf("%s has no words to ask for it", op.Name)
		}
	}
}
