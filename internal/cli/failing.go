package cli

import (
	"bufio"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/gocarina/gocsv"

	"meetbatch/internal/run"
	"meetbatch/internal/words"
	"meetbatch/job"
	"meetbatch/report"
)

type failingCmd struct {
	Folder  string    `arg:"" takes:"directory" optional:"" default:"runs" help:"The folder of the runs (runs)."`
	Times   run.Limit `default:"1" placeholder:"N" help:"Only rows that did not succeed in any of their last N runs (1)."`
	Command string    `offers:"reclaim,assign,status" placeholder:"COMMAND" help:"Of which command's runs, where the folder has those of several."`
	Code    *string   `placeholder:"CODE" help:"Only rows whose last error has this code."`
	consoleFlags
}

// failingRow is a row of what failing prints. It is an input again; what stands behind the first two columns has names
// under which no field is looked for.
type failingRow struct {
	Account      string    `csv:"account"`
	Value        string    `csv:"value"` // under the name of the operation's column
	Times        int       `csv:"times"`
	FirstAt      csvMoment `csv:"first_at"`
	LastAt       csvMoment `csv:"last_at"`
	ErrorCode    string    `csv:"error_code"`
	ErrorMessage string    `csv:"error_message"`
	LastRun      string    `csv:"last_run"`
}

// csvMoment is a moment to the second, in UTC.
type csvMoment time.Time

// MarshalCSV is called by gocsv.
func (m csvMoment) MarshalCSV() (string, error) { return time.Time(m).UTC().Format(time.RFC3339), nil }

// Validate is called by kong.
func (c *failingCmd) Validate() error {
	if c.Command != "" && !isJob(c.Command) {
		var names []string
		for _, op := range job.Operations() {
			names = append(names, op.Name)
		}
		return fmt.Errorf("--command %s: not %s", words.Quoted(c.Command), words.Listed(names, "or"))
	}
	return c.consoleFlags.Validate()
}

// Run finds the rows and prints them.
func (c *failingCmd) Run(a *app) error {
	if _, err := history(c.Folder); err != nil {
		return err
	}
	found, err := run.FindFailing(c.Folder, c.Command, int(c.Times), c.Code)
	if err != nil {
		return err
	}
	if found.Operation.Name != "" {
		if err := writeFailing(a.stdout, found); err != nil {
			return run.Unrecorded(err, "")
		}
	}
	a.newConsole(c.consoleFlags).Info(failingText(c, found), "rows", len(found.Rows), "runs", found.Runs)
	return nil
}

func writeFailing(to io.Writer, found run.Failing) error {
	header, err := gocsv.MarshalString([]failingRow{})
	if err != nil {
		return err
	}
	rows := make([]failingRow, 0, len(found.Rows))
	for _, r := range found.Rows {
		rows = append(rows, failingRow{
			r.Account, r.Value, r.Times, csvMoment(r.FirstAt), csvMoment(r.LastAt),
			report.Guarded(r.ErrorCode), report.Guarded(r.ErrorMessage), r.LastRun,
		})
	}
	out := bufio.NewWriter(to)
	out.WriteString(strings.Replace(header, ",value,", ","+found.Operation.Column+",", 1))
	if err := gocsv.MarshalWithoutHeaders(rows, out); err != nil {
		return err
	}
	return out.Flush()
}

// failingText words how many rows were found: 3 rows did not succeed in their last 3 runs, of 5 runs in runs.
func failingText(c *failingCmd, found run.Failing) string {
	their := "their"
	if len(found.Rows) == 1 {
		their = "its"
	}
	last := "last run"
	if c.Times > 1 {
		last = fmt.Sprintf("last %d runs", c.Times)
	}
	code := ""
	if c.Code != nil {
		code = " and ended with " + words.Shown(*c.Code)
	}
	return fmt.Sprintf("%s did not succeed in %s %s%s, of %s in %s",
		words.Plural(int64(len(found.Rows)), "row"), their, last, code, words.Plural(int64(found.Runs), "run"), words.Shown(c.Folder))
}
