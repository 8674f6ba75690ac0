package cli

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/alecthomas/kong"

	"meetbatch/internal/words"
	"meetbatch/job"
)

// help prints a command's flags, and below them what is more to be said of it.
func help(options kong.HelpOptions, ctx *kong.Context) error {
	if err := kong.DefaultHelpPrinter(options, ctx); err != nil {
		return err
	}
	name := ""
	if node := ctx.Selected(); node != nil {
		name = node.Name
	}
	_, err := io.WriteString(ctx.Stdout, helpTextOf(name))
	return err
}

// helpTextOf gives the sections that are a command's; those of all of them where no command is named.
func helpTextOf(command string) string {
	about := map[string][]string{
		"resume":  {helpCredentials, helpCodes, helpStopping},
		"verify":  {helpVerify},
		"sandbox": {helpSandbox},
		"show":    {"\nExit codes:\n  0  whatever the run's state\n  3  no run is there\n  7  the run's files do not add up\n"},
		"list":    {"\nExit codes:\n  0  listed\n  3  no such folder\n"},
		"failing": {"\nExit codes:\n  0  listed, also where there are none\n  3  no such folder\n  7  a run's files do not add up\n"},
		"set":     {"\nExit codes:\n  0  in force\n  3  refused, or the run did not answer\n"},
	}
	isJob := slices.ContainsFunc(job.Operations(), func(op job.Operation) bool { return op.Name == command })
	if command == "" || isJob {
		input := fmt.Sprintf(helpInput, jobsWith("vmr_id"), jobsWith("user_status"))
		about[command] = []string{input, helpFiles, helpCredentials, helpCodes, helpStopping, exampleOf(command)}
	}
	return strings.Join(about[command], "")
}

// jobsWith names the commands whose files have a column.
func jobsWith(column string) string {
	var names []string
	for _, op := range job.Operations() {
		if op.Column == column {
			names = append(names, op.Name)
		}
	}
	return words.Listed(names, "and")
}

// exampleOf is a command line of a job that anybody can try; of the first where none is named.
func exampleOf(command string) string {
	op, file := job.Operations()[0], "rooms.csv"
	if command != "" {
		op = operation(command)
	}
	if len(op.Values) > 0 {
		file = "accounts.csv"
	}
	return fmt.Sprintf("\nExample:\n  meetbatch %s --sandbox testdata/%s\n", op.Name, file)
}

// helpInput has a place for the commands of each column.
const helpInput = `
Input:
  A CSV with a header row, in any usual encoding, also compressed. Columns are found by their header, case and blanks aside:
  account (or userAccount, thirdAccount, member.id, 账号, 帐号), for %s vmr_id (or id, vmrId,
  云会议室ID), for %s user_status (0, normal, enabled, 正常, 启用; 1, disabled, 停用, 禁用).
  Other columns are ignored.
`

const helpFiles = `
Files of a run, in its directory:
  results.csv   the fate of every row        failed.csv  the rows to run again, as they stood
  requests.csv  every request, before/after  run.json    the run itself
`

const helpCredentials = `
Credentials, from the environment only; one of
  MEETBATCH_APP_ID and MEETBATCH_APP_KEY (and MEETBATCH_USER_ID, MEETBATCH_CORP_ID)
  MEETBATCH_ACCOUNT and MEETBATCH_PASSWORD
  MEETBATCH_TOKEN, an access token, which is not renewed
  Each can stand in a file that the same name with _FILE gives: MEETBATCH_APP_KEY_FILE.
  Every flag can come from the environment too: --rate is MEETBATCH_RATE.
`

const helpCodes = `
Exit codes:
  0  every row succeeded, or was skipped
  1  finished, and some rows did not succeed: see failed.csv
  2  the command line is wrong
  3  refused before anything was sent: input, guard, credentials, confirmation
  4  stopped early by the service: sign-in, permission, too many failures, out of reach
  5  stopped early by a signal or by --until; verify: under way or killed, and nothing wrong so far
  6  another run holds this run directory
  7  the run's files could not be written, or do not add up
`

const helpStopping = `
Stopping:
  The first SIGINT, SIGTERM or SIGHUP lets what is in flight finish, the second gives it up. Then, and
  after a crash: meetbatch resume DIR.
`

const helpVerify = `
It only reads: nothing is locked, and the run may be under way.

Exit codes:
  0  every row has exactly one result
  3  no run is there
  5  under way or killed, and nothing wrong so far
  7  the run's files do not add up

Example:
  meetbatch verify runs/*
`

const helpSandbox = `
It keeps what it is told in memory, touches nothing real and ends with Ctrl-C. The commands reach it with --endpoint, and
with --sandbox they need no such server.

Example:
  meetbatch sandbox --addr 127.0.0.1:8080 --throttle 100/1m &
  MEETBATCH_TOKEN=sandbox meetbatch reclaim --endpoint http://127.0.0.1:8080 testdata/rooms.csv
`
