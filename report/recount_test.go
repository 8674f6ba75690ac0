package report

import (
	"os"
	"testing"
	"time"

	"meetbatch/job"
)

// TestRecount: of a run that was killed the tables are counted, whatever its run.json says, and what another made of it
// stays as it is.
func TestRecount(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write := func(name, text string) {
		t.Helper()
		if err := os.WriteFile(dir+"/"+name, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	write(ResultsFile, `line,account,vmr_id,request_id,status,http_status,error_code,error_message,attempts,duplicate_of,finished_at,server_request_id
2,a,x,r1,succeeded,200,,,1,,2026-11-25T02:05:10.000Z,
3,a,y,,invalid,,,account is empty,0,,2026-11-25T02:05:00.000Z,
4,a,z,r2,failed,400,USG.201080000,no such room,1,,2026-11-25T02:05:20.000Z,
5,a,z,r2,failed,400,USG.201080000,no such room,1,4,2026-11-25T02:05:20.000Z,
6,a,w,r3,failed,400,`) // torn
	write(RequestsFile, `time,event,request_id,target,entries,first_line,attempt,http_status,error_code,duration_ms,server_request_id
2026-11-25T02:05:01.000Z,sent,r0,a,1,2,1,,,,
2026-11-25T02:05:09.000Z,sent,r1,a,1,2,1,,,,
2026-11-25T02:05:10.000Z,answered,r1,a,1,2,1,200,,40,
2026-11-25T02:05:11.000Z,sent,r2,a,1,4,1,,,,
2026-11-25T02:05:12.000Z,answered,r2,a,1,4,1,429,,20,
2026-11-25T02:05:13.000Z,sent,r3,a,1,4,2,,,,
2026-11-25T02:05:14.000Z,answered,r3,a,1,4,2,,NEVER_LEFT,20,
2026-11-25T02:05:19.000Z,sent,r4,a,1,6,1,,,,
`)
	start, end := time.Date(2026, 11, 25, 2, 5, 0, 0, time.UTC), time.Date(2026, 11, 25, 2, 5, 5, 0, time.UTC)
	alive := end.Add(15 * time.Second)
	was := Run{Schema: 2, State: Running, Start: start, Alive: &alive, Counts: Counts{Rows: 9, Succeeded: 1}, Requests: Requests{Planned: 3, Sent: 2}, Sessions: []Session{
		{Start: start, End: &end, Requests: 1, Settled: 1, Ended: EndedStopped}, {Start: end},
	}}
	r := was
	if err := r.Recount(dir, job.Reclaim, Killed); err != nil {
		t.Fatal(err)
	}
	if want := (Counts{Rows: 9, Succeeded: 1, Failed: 2, Invalid: 1, Duplicates: 1}); r.Counts != want {
		t.Errorf("%+v, want %+v", r.Counts, want)
	}
	if q := r.Requests; q.Sent != 4 || q.InFlight != 1 || q.Planned != 3 || r.Rate.Throttled != 1 || q.Answers.Longest != 0.04 {
		t.Errorf("%+v, %+v", q, r.Rate)
	}
	if f := r.Failures; len(f) != 2 || f[0].Rows != 2 || f[0].Code != "USG.201080000" || f[1].Message != "account is empty" {
		t.Errorf("%+v", f)
	}
	if s := r.Sessions[1]; s.Ended != EndedKilled || s.Requests != 3 || s.Settled != 3 || !s.End.Equal(alive) {
		t.Errorf("%+v", s)
	}
	if was.Sessions[1].Ended != "" {
		t.Error("the run as it was read has changed")
	}
	r = was
	if err := r.Recount(dir, job.Reclaim, Silent); err != nil || r.Counts.Failed != 2 || r.Sessions[1].Ended != "" {
		t.Errorf("silent: %+v, %v", r.Sessions, err)
	}
	if err := (&Run{Schema: 2, State: Planning}).Recount(t.TempDir(), job.Reclaim, Killed); err != nil {
		t.Errorf("without tables: %v", err)
	}
}
