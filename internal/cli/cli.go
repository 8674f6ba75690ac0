// Package cli is the command line: it declares the commands, connects the packages for each of them
// and speaks to the user.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"strings"
	"syscall"
	"time"

	"github.com/alecthomas/kong"
)

// version is what --version shows when the build does not know better.
const version = "0.1.0"

// commands is the whole command line.
type commands struct {
	Reclaim reclaimCmd       `cmd:"" help:"Take cloud meeting rooms back from the accounts that hold them."`
	Status  statusCmd        `cmd:"" help:"Set accounts to normal or disabled."`
	Resume  resumeCmd        `cmd:"" help:"Go on with a run that did not finish."`
	Verify  verifyCmd        `cmd:"" help:"Prove that every row of a run's input has exactly one result."`
	Sandbox sandboxCmd       `cmd:"" help:"Serve a simulated service, to try things out."`
	Version kong.VersionFlag `help:"Show the version." env:"-"`
}

// app is the world outside, as the commands see it.
type app struct {
	args   []string
	stdin  io.Reader
	stdout io.Writer
	stderr io.Writer
	model  *kong.Application
	now    func() time.Time
}

// Run does what the arguments say and returns the exit code.
func Run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	signal.Ignore(syscall.SIGPIPE) // a run does not end because nobody reads what it says
	for _, variable := range os.Environ() {
		if name, value, _ := strings.Cut(variable, "="); value == "" && strings.HasPrefix(name, "MEETBATCH_") {
			os.Unsetenv(name) // kong would take it for a value
		}
	}
	a := &app{args: args, stdin: stdin, stdout: stdout, stderr: stderr, now: time.Now}
	return a.run(ctx)
}

// leave is what kong's Exit becomes, so that --help and --version end the parsing.
type leave int

func (a *app) run(ctx context.Context) (code int) {
	defer func() {
		switch r := recover().(type) {
		case nil:
		case leave:
			code = int(r)
		default:
			panic(r)
		}
	}()
	parsed, err := a.parse(ctx, a.args, kong.DefaultEnvars("MEETBATCH"))
	if err != nil {
		err = usage(err, usageHint(err))
	} else {
		err = parsed.Run()
	}
	var said reported
	if err == nil || errors.As(err, &said) {
		return exitCode(err)
	}
	newConsole(a.stderr, consoleFlags{LogFormat: logFormat(parsed)}).fail(err)
	return exitCode(err)
}

// parse reads a command line. The result runs its command.
func (a *app) parse(ctx context.Context, args []string, more ...kong.Option) (*kong.Context, error) {
	options := append(more,
		kong.Name("meetbatch"),
		kong.Description("Does one thing to very many accounts or meeting rooms of Huawei Cloud Meeting, from a CSV."),
		kong.Vars{"version": "meetbatch " + buildVersion()},
		kong.Writers(a.stdout, a.stderr),
		kong.Exit(func(code int) { panic(leave(code)) }),
		kong.Help(help),
		kong.ConfigureHelp(kong.HelpOptions{
			Compact:        true,
			WrapUpperBound: 100,
			ValueFormatter: func(v *kong.Value) string { return v.Help }, // the names in the environment follow from a rule
		}),
		kong.BindTo(ctx, (*context.Context)(nil)),
		kong.Bind(a),
	)
	parser, err := kong.New(&commands{}, options...)
	if err != nil {
		panic(err) // the declaration above is wrong
	}
	a.model = parser.Model
	return parser.Parse(args)
}

// usageHint points at the help of the command that was meant.
func usageHint(err error) string {
	name := "meetbatch"
	var parse *kong.ParseError
	if errors.As(err, &parse) && parse.Context != nil && parse.Context.Selected() != nil {
		name += " " + parse.Context.Selected().Name
	}
	return name + " --help"
}

// help prints a command's flags, and below them what holds for all commands.
func help(options kong.HelpOptions, ctx *kong.Context) error {
	if err := kong.DefaultHelpPrinter(options, ctx); err != nil {
		return err
	}
	_, err := io.WriteString(ctx.Stdout, strings.TrimSuffix(helpText, "\n")+"\n")
	return err
}

func buildVersion() string {
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Version == "" || info.Main.Version == "(devel)" {
		return version
	}
	return strings.TrimPrefix(info.Main.Version, "v")
}

const helpText = `
Input:
  A CSV with a header row, in any usual encoding, also compressed. Columns are found by their header, case and blanks aside:
  account (or userAccount, thirdAccount, member.id, 账号), for reclaim vmr_id (or id, vmrId,
  云会议室ID), for status user_status (0, 1, normal, disabled). Other columns are ignored.

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
  5  stopped early by a signal or by --until
  6  another run holds this run directory
  7  the run's files could not be written, or do not add up

Stopping:
  The first SIGINT or SIGTERM lets what is in flight finish, the second gives it up. Then, and after a
  crash: meetbatch resume DIR.

Example:
  meetbatch reclaim --sandbox testdata/rooms.csv
`

func logFormat(parsed *kong.Context) string {
	if parsed == nil {
		return ""
	}
	for _, flag := range parsed.Flags() {
		if flag.Name == "log-format" {
			return fmt.Sprint(parsed.FlagValue(flag))
		}
	}
	return ""
}
