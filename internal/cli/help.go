package cli

import (
	"io"
	"strings"

	"github.com/alecthomas/kong"
)

// help prints a command's flags, and below them what holds for all commands.
func help(options kong.HelpOptions, ctx *kong.Context) error {
	if err := kong.DefaultHelpPrinter(options, ctx); err != nil {
		return err
	}
	_, err := io.WriteString(ctx.Stdout, strings.TrimSuffix(helpText, "\n")+"\n")
	return err
}

const helpText = `
Input:
  A CSV with a header row, in any usual encoding, also compressed. Columns are found by their header, case and blanks aside:
  account (or userAccount, thirdAccount, member.id, 账号, 帐号), for reclaim vmr_id (or id, vmrId,
  云会议室ID), for status user_status (0, normal, enabled, 正常, 启用; 1, disabled, 停用, 禁用).
  Other columns are ignored.

Files of a run, in its directory:
  results.csv   the fate of every row        failed.csv  the rows to run again, as they stood
  requests.csv  every request, before/after  run.json    the run itself

Credentials, from the environment only; one of
  MEETBATCH_APP_ID and MEETBATCH_APP_KEY (and MEETBATCH_USER_ID, MEETBATCH_CORP_ID)
  MEETBATCH_ACCOUNT and MEETBATCH_PASSWORD
  MEETBATCH_TOKEN, an access token, which is not renewed
  Each can stand in a file that the same name with _FILE gives: MEETBATCH_APP_KEY_FILE.
  Every flag can come from the environment too: --rate is MEETBATCH_RATE.

Exit codes:
  0  every row succeeded, or was skipped
  1  finished, and some rows did not succeed: see failed.csv
  2  the command line is wrong
  3  refused before anything was sent: input, guard, credentials, confirmation
  4  stopped early by the service: sign-in, permission, too many failures, out of reach
  5  stopped early by a signal or by --until; verify: under way or killed, and nothing wrong so far
  6  another run holds this run directory
  7  the run's files could not be written, or do not add up

Stopping:
  The first SIGINT, SIGTERM or SIGHUP lets what is in flight finish, the second gives it up. Then, and
  after a crash: meetbatch resume DIR.

Example:
  meetbatch reclaim --sandbox testdata/rooms.csv
`
