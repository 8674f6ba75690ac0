package cli

import (
	"cmp"
	"fmt"
	"io"
	"strings"

	"github.com/alecthomas/kong"

	"meetbatch/internal/run"
	"meetbatch/internal/system"
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
	more := map[string][]string{
		"export":    {helpCredentials},
		"resume":    {helpCredentials, helpCodes, helpStopping},
		"reconcile": {helpCredentials},
		"undo":      {helpCredentials, helpCodes, helpStopping},
	}
	if command == "" || isJob(command) {
		more[command] = []string{inputText(), helpFiles, helpCredentials, helpCodes, helpStopping, "\nExample:\n" + exampleOf(cmp.Or(command, job.Operations()[0].Name))}
	}
	if command == "" {
		more[command] = append([]string{helpCircle}, more[command]...)
	}
	return ownText(command) + strings.Join(more[command], "")
}

// ownText is what is to be said of a command alone.
func ownText(command string) string {
	return map[string]string{
		"export":     helpExport,
		"reconcile":  helpReconcile,
		"undo":       helpUndo,
		"verify":     helpVerify,
		"sandbox":    helpSandbox,
		"show":       "\nExit codes:\n  0  whatever the run's state\n  3  no run is there\n  7  the run's files do not add up\n",
		"list":       "\nExit codes:\n  0  listed\n  3  no such folder\n",
		"failing":    "\nExit codes:\n  0  listed, also where there are none\n  3  no such folder\n  7  a run's files do not add up\n",
		"set":        "\nExit codes:\n  0  in force\n  3  refused, or the run did not answer\n",
		"completion": helpCompletion,
		"man":        helpMan,
	}[command]
}

func isJob(command string) bool { return run.OperationOf(command).Name != "" }

// inputText says what a job reads.
func inputText() string { return fmt.Sprintf(helpInput, jobsWith("vmr_id"), jobsWith("user_status")) }

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

// exampleOf is a command line of a job that anybody can try.
func exampleOf(command string) string {
	file := "rooms.csv"
	if len(operation(command).Values) > 0 {
		file = "accounts.csv"
	}
	return fmt.Sprintf("  meetbatch %s --sandbox testdata/%s\n", command, file)
}

// helpInput has a place for the commands of each column.
const helpInput = `
Input:
  A CSV with a header row, in any usual encoding, also compressed. Columns are found by their header, case and blanks aside:
  account (or userAccount, thirdAccount, third_account, member.id, 账号, 帐号), for %s vmr_id (or
  id, vmrId, 云会议室ID), for %s user_status (0, normal, enabled, 正常, 启用; 1, disabled, 停用, 禁用).
  Other columns are ignored.
`

const helpCircle = `
There and back:
  meetbatch export rooms                           what the service has, as a CSV to take rows from
  meetbatch reclaim --only-changes --dry-run FILE  the plan, of the rows alone that are not so yet
  meetbatch reclaim --only-changes FILE            the run; reconcile settles what is unknown of it
  meetbatch verify last                            the proof
  meetbatch undo last                              a new run that takes it back
`

const helpFiles = `
Files of a run, in its directory:
  results.csv   the fate of every row        failed.csv  the rows to run again, as they stood
  requests.csv  every request, before/after  run.json    the run itself
  before.csv    what was so before, as --only-changes read it: undo needs it
`

const helpPlaces = `
Beside these:
  runs                     the directories of runs, where --out does not say another, in the directory of the command
  runs/refused.jsonl       a line for each night on which nothing was sent, since it was refused
  /etc/meetbatch/NAME.env  a profile, where the user's own folder of configuration has none: meetbatch/NAME.env
`

const helpCredentials = `
Credentials, from the environment or a --profile; one of
  MEETBATCH_APP_ID and MEETBATCH_APP_KEY (and MEETBATCH_USER_ID, MEETBATCH_CORP_ID)
  MEETBATCH_ACCOUNT and MEETBATCH_PASSWORD
  MEETBATCH_TOKEN, an access token, which is not renewed
  Each can stand in a file that the same name with _FILE gives: MEETBATCH_APP_KEY_FILE.
  Every flag can come from there too: --rate is MEETBATCH_RATE. Flags count before the environment, that before a profile.
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
  The first ` + system.StopWords + ` lets what is in flight finish, the second gives it up. Then, and
  after a crash: meetbatch resume DIR.
`

const helpExport = `
Nothing is changed. The file is written when the list is whole, and replaces one that is there; else no file is. A list whose
pages do not add up to its count, as when somebody changes it meanwhile, is read three times at most. Killed: give it again.

Exit codes:
  0  the file is written, and whole
  2  the command line is wrong
  3  refused before anything was read: credentials, settings
  4  the list is not whole, or the service refuses or is out of reach
  5  stopped by a signal or by --until
  7  the file could not be written

Example:
  meetbatch export rooms --sandbox --out -
`

const helpReconcile = `
It reads the service for the rows that are unknown or may have been carried out, of a run that has come to its end, and
changes nothing there. As wanted: succeeded, whoever made it so. Not as wanted in two readings: failed (NOT_CARRIED_OUT).
What reading cannot tell stays unknown, and says why. Rows that were not sent are left to resume.

Exit codes:
  0  no row is unknown or failed
  1  some are: see failed.csv
  2  the command line is wrong
  3  refused before anything was read: the run, credentials, confirmation
  4  the service refuses to be read, its list is not whole, or it is out of reach
  5  stopped by a signal or by --until: give it again
  6  another process holds this run directory
  7  the run's files could not be written, or do not add up
`

const helpUndo = `
It takes back the rows that the run has changed, as its before.csv says, and leaves alone what somebody has changed since.
A run that was not made with --only-changes has no before.csv: nobody knows what was so already before it, such as accounts
that were disabled long ago. A run is undone once; an undo can be undone in turn. What is unknown: meetbatch reconcile first.
What the service resets when a room is taken back (names, passwords, guest settings) does not come back, terminals have to
be restarted or activated again, and accounts become normal only as far as what was bought allows.
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

Where one of several directories is that of a shard (--shard), they have to be all the shards of one run, each once: the same
input, command and settings; else 7, and 5 where one is missing or not finished.
`

const helpSandbox = `
It keeps what it is told in memory, touches nothing real and ends with Ctrl-C. The commands reach it with --endpoint, and
with --sandbox they need no such server.

Example:
  meetbatch sandbox --addr 127.0.0.1:8080 --throttle 100/1m &
  MEETBATCH_TOKEN=sandbox meetbatch reclaim --endpoint http://127.0.0.1:8080 testdata/rooms.csv
`

const helpCompletion = `
It is printed, and nothing else is done. When a shell starts, it takes it from a line in the file beside it; that of zsh stands
behind compinit.
  ~/.bashrc     eval "$(meetbatch completion bash)"
  ~/.zshrc      source <(meetbatch completion zsh)
  config.fish   meetbatch completion fish | source
  $PROFILE      meetbatch completion powershell | Out-String | Invoke-Expression
`

const helpMan = `
It is printed, in the form that man reads.

Example:
  meetbatch man | man -l -
`
