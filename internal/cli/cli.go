// Package cli is the command line: it declares the commands, gathers the world outside for each of them
// and speaks to the user.
package cli

import (
	"context"
	"errors"
	"io"
	"log"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/alecthomas/kong"

	"meetbatch/internal/run"
	"meetbatch/internal/system"
	"meetbatch/job"
	"meetbatch/report"
)

// commands is the whole command line. A job's command has the name of its operation.
type commands struct {
	Reclaim    jobCmd           `cmd:"" help:"Take cloud meeting rooms back from the accounts that hold them."`
	Assign     jobCmd           `cmd:"" help:"Give free cloud meeting rooms to accounts."`
	Status     statusCmd        `cmd:"" help:"Set accounts to normal or disabled."`
	Export     exportCmd        `cmd:"" help:"Read the rooms or the users of the service into a CSV that reclaim, assign and status take."`
	Resume     resumeCmd        `cmd:"" help:"Go on with a run that did not finish."`
	Reconcile  reconcileCmd     `cmd:"" help:"Settle what is unknown of a run by reading the service."`
	Undo       undoCmd          `cmd:"" help:"Take back what a run carried out, with a new run."`
	Set        setCmd           `cmd:"" help:"Change the rate or the workers of a run under way."`
	Show       showCmd          `cmd:"" help:"Show how far a run is, or how it ended; also while it is under way."`
	Verify     verifyCmd        `cmd:"" help:"Prove that every row of a run's input has exactly one result."`
	List       listCmd          `cmd:"" help:"List the runs of a folder, and what was refused there."`
	Failing    failingCmd       `cmd:"" help:"List the rows that did not succeed in their last runs, as a CSV."`
	Sandbox    sandboxCmd       `cmd:"" help:"Serve a simulated service, to try things out."`
	Completion completionCmd    `cmd:"" help:"Print a script that completes this command line in a shell."`
	Man        manCmd           `cmd:"" help:"Print the manual page."`
	Version    kong.VersionFlag `help:"Show the version." flagonly:""`
}

// app is the world outside, as the commands see it.
type app struct {
	args   []string
	env    environment
	stdin  io.Reader
	stdout io.Writer
	out    *output // standard error; only a console writes to it
	now    func() time.Time

	watching *watch // who else is told of the run

	started time.Time    // when the process did
	dir     atomic.Value // the run directory, as soon as it is known
	deaf    func()       // lets signals do what they do to any process; there is one in any case
}

// Run does what the arguments say and returns the exit code. The environment is a list of NAME=value, as os.Environ
// gives it. While Run is under way, what Go's own packages log goes to the messages, once it is known what is secret.
func Run(ctx context.Context, args, environ []string, stdin io.Reader, stdout, stderr io.Writer) int {
	system.KeepPipesQuiet() // a run does not end because nobody reads what it says
	a := &app{args: args, env: newEnvironment(environ), stdin: stdin, stdout: stdout, out: newOutput(stderr), now: time.Now, started: time.Now(), deaf: func() {}}
	defer func() { a.deaf() }() // a signal that comes while the last words are said changes nothing any more
	defer a.out.close()
	defer log.SetOutput(log.Writer())
	defer log.SetFlags(log.Flags())
	log.SetFlags(0)
	log.SetOutput(io.Discard)
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
	parsed, err := a.parse(ctx)
	if err != nil {
		if system.NobodyReads(err) { // of the help: whoever read it has read enough
			return int(run.OK)
		}
		if err = a.misread(parsed, err); a.env.refused != nil { // without the profile, much else can be wrong
			err = a.env.refused
		}
	} else {
		console := a.newConsole(consoleFlags{LogFormat: a.logFormat(parsed)})
		if c := parsed.Selected(); c == nil || c.Name != "completion" && c.Name != "man" { // which a shell starts whenever it begins
			a.warnUnknown(console)
		}
		a.env.warnHidden(console)
		err = parsed.Run()
	}
	if _, said := errors.AsType[run.Code](err); err != nil && !said {
		a.newConsole(consoleFlags{LogFormat: a.logFormat(parsed)}).fail(err)
	}
	a.watching.close(err) // behind the words, since it may take its time
	if a.logFormat(parsed) == "json" {
		a.exitEvent(run.CodeOf(err), parsed)
	}
	return int(run.CodeOf(err))
}

// parse reads the command line. The result runs its command.
func (a *app) parse(ctx context.Context) (*kong.Context, error) {
	parser := a.parser(grammar(a.args),
		kong.Resolvers(&a.env),
		kong.BindTo(ctx, (*context.Context)(nil)),
		kong.Bind(a),
	)
	parsed, err := parser.Parse(expanded(found(a.args, system.Globs)))
	if a.env.wrong != nil {
		return parsed, a.env.wrong
	}
	return parsed, err
}

// expanded takes what a shell makes of --skip-succeeded runs/* for what is meant: the directories behind the flag's value,
// of which none can be the input, are further values of it; the list of refused nights that lies among them is left out.
func expanded(args []string) (all []string) {
	const flag = "--skip-succeeded"
	belongs := false // the argument before is a value of the flag
	for i, arg := range args {
		info, err := os.Stat(arg)
		switch value := i > 0 && args[i-1] == flag; {
		case value:
			belongs = true
		case belongs && strings.HasPrefix(filepath.Base(arg), report.RefusedFile): // and its lock
			continue
		case belongs && err == nil && info.IsDir():
			all = append(all, flag)
		default:
			belongs = false
		}
		all = append(all, arg)
	}
	return all
}

// found puts the directories that a pattern stands for in its place, where runs are named and no shell does that.
func found(args []string, globs bool) (all []string) {
	for i, arg := range args {
		runs := args[0] == "verify" || args[0] == "show" || i > 0 && args[i-1] == "--skip-succeeded"
		n := len(all)
		if globs && runs && strings.ContainsAny(arg, "*?") {
			paths, _ := filepath.Glob(arg)
			for _, path := range paths {
				if info, err := os.Stat(path); err == nil && info.IsDir() {
					all = append(all, path)
				}
			}
		}
		if len(all) == n {
			all = append(all, arg)
		}
	}
	return all
}

// grammar gives the declaration of the command that the first argument names. What names none, or is of all commands, gets that
// of them all, for which kong takes longer than most commands do for their work.
func grammar(args []string) any {
	if len(args) == 0 || !slices.Contains(commandNames(), args[0]) || args[0] == "completion" || args[0] == "man" {
		return new(commands)
	}
	var fields []reflect.StructField
	for f := range reflect.TypeFor[commands]().Fields() {
		if !isCommand(f) || strings.ToLower(f.Name) == args[0] {
			fields = append(fields, f)
		}
	}
	return reflect.New(reflect.StructOf(fields)).Interface()
}

// commandNames lists the commands.
func commandNames() (names []string) {
	for f := range reflect.TypeFor[commands]().Fields() {
		if isCommand(f) {
			names = append(names, strings.ToLower(f.Name))
		}
	}
	return names
}

func isCommand(f reflect.StructField) bool {
	_, is := f.Tag.Lookup("cmd")
	return is
}

func (a *app) parser(grammar any, more ...kong.Option) *kong.Kong {
	parser, err := kong.New(grammar, append(more,
		kong.Name("meetbatch"),
		kong.Description("Does one thing to very many accounts or meeting rooms of Huawei Cloud Meeting, from a CSV."),
		kong.Vars{"version": versionText(), "or_config": orConfig()},
		kong.Writers(a.stdout, a.stdout),
		kong.Exit(func(code int) { panic(leave(code)) }),
		kong.Help(help),
		kong.Groups{"rehearsal": "With --sandbox, what the simulated service does:"},
		kong.ConfigureHelp(kong.HelpOptions{
			Compact:        true,
			WrapUpperBound: 100,
			ValueFormatter: func(v *kong.Value) string { return v.Help }, // the names in the environment follow from a rule
		}),
	)...)
	if err != nil {
		panic(err) // the declaration of the commands is wrong
	}
	return parser
}

// usage is an error of the command line.
func usage(err error, hint string) error { return &run.Error{Code: run.Usage, Err: err, Try: hint} }

// operation finds the operation that a command is named after.
func operation(command string) job.Operation {
	op := run.OperationOf(command)
	if op.Name == "" {
		panic("no operation " + command) // the declaration of the commands is wrong
	}
	return op
}
