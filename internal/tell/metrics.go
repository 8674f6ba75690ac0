package tell

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"meetbatch/internal/system"
	"meetbatch/report"
)

// Metrics is a file in Prometheus's text format, as node_exporter's textfile collector reads it: gauges of the last run. No
// sample has a timestamp, since the collector passes over a file with one.
type Metrics struct{ Path string }

// states are those that a run can be in, for whoever reads the metrics.
var states = []report.State{report.Planning, report.Running, report.Finished, report.Stopped, report.Broken, Refused}

// lastSuccess is the gauge that outlives the run that it is of.
const lastSuccess = "meetbatch_run_last_success_timestamp_seconds"

// Check refuses a file that holds something else than the metrics of an earlier run: Write would replace it.
func (m Metrics) Check() error {
	f, err := system.Open(m.Path, os.O_RDONLY, 0)
	if err != nil {
		return nil // Write says so, if that is wrong
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, 1<<20))
	if err == nil && len(text) > 0 && !bytes.Contains(text, []byte("\nmeetbatch_run_")) {
		err = fmt.Errorf("%s holds something else than metrics of this program", m.Path)
	}
	return err
}

// Write replaces the file by what is known now. Everybody may read it, since the collector is another user. Where
// something else than a file stands at the path, nothing is written.
func (m Metrics) Write(n News, now time.Time) (err error) {
	succeeded, err := m.succeeded()
	if err != nil {
		return err
	}
	const readable = 0o644
	to, err := system.Replace(m.Path, readable)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, to.Discard()) }()
	if err := to.Chmod(readable); err != nil { // whatever umask took
		return err
	}
	if n.Over() && n.ExitCode == 0 && !n.Again {
		succeeded[n.Command] = seconds(n.End)
	}
	if _, err := io.WriteString(to, metricsText(n, now, succeeded)); err != nil {
		return err
	}
	return to.Commit()
}

var successLine = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?m)^` + lastSuccess + `\{command="([a-z]+)"\} ([0-9.]+)$`)
})

// succeeded reads from the old file when the commands that it is of succeeded last.
func (m Metrics) succeeded() (map[string]string, error) {
	at := map[string]string{}
	f, err := system.Open(m.Path, os.O_RDONLY, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return at, nil
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, 1<<20))
	for _, line := range successLine().FindAllStringSubmatch(string(text), -1) {
		at[line[1]] = line[2]
	}
	return at, err
}

// seconds writes a moment as Prometheus does.
func seconds(t time.Time) string { return strconv.FormatFloat(float64(t.UnixMilli())/1000, 'f', 3, 64) }

func metricsText(n News, now time.Time, succeeded map[string]string) string {
	var b strings.Builder
	family := func(name, help string) {
		fmt.Fprintf(&b, "# HELP %s %s\n# TYPE %s gauge\n", name, help, name)
	}
	gauge := func(name, help string, value any) {
		family(name, help)
		fmt.Fprintf(&b, "%s{command=%q} %v\n", name, n.Command, value)
	}
	family("meetbatch_run_state", "1 for the state that the last run is in.")
	for _, state := range states {
		is := 0
		if state == n.State {
			is = 1
		}
		fmt.Fprintf(&b, "meetbatch_run_state{command=%q,state=%q} %d\n", n.Command, state, is)
	}
	gauge("meetbatch_run_updated_timestamp_seconds", "When this was written, every 15 seconds while the run is under way.", seconds(now))
	gauge("meetbatch_run_start_timestamp_seconds", "When the process of the last run started.", seconds(n.Start))
	if n.Over() {
		gauge("meetbatch_run_end_timestamp_seconds", "When it ended.", seconds(n.End))
		gauge("meetbatch_run_exit_code", "Its exit code.", n.ExitCode)
	}
	if n.Counts.Rows > 0 {
		family("meetbatch_run_rows", "Rows of the last run by their fate.")
		for _, f := range n.fates() {
			fmt.Fprintf(&b, "meetbatch_run_rows{command=%q,status=%q} %d\n", n.Command, f.status, f.rows)
		}
		gauge("meetbatch_run_requests", "Requests that it sent.", n.Requests)
		gauge("meetbatch_run_throttled", "Answers that said that the rate was too high.", n.Throttled)
		gauge("meetbatch_run_held_seconds", "For how long it sent nothing since the service was throttling or down.", n.Held.Seconds())
	}
	if len(succeeded) > 0 {
		family(lastSuccess, "When a run ended last of which every row succeeded.")
	}
	for _, command := range slices.Sorted(maps.Keys(succeeded)) {
		fmt.Fprintf(&b, "%s{command=%q} %s\n", lastSuccess, command, succeeded[command])
	}
	return b.String()
}
