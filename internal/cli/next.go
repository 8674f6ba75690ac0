package cli

import (
	"encoding"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/alecthomas/kong"

	"meetbatch/internal/run"
	"meetbatch/internal/sandbox"
	"meetbatch/internal/system"
	"meetbatch/internal/words"
	"meetbatch/job"
	"meetbatch/report"
)

// nextCommand is what to do about a run that is over: go on with it, or begin another on the rows that did not succeed;
// empty where nothing is left.
func (a *app) nextCommand(s *run.Stored, flags processFlags) string {
	switch {
	case s.Run.State != report.Finished:
		return about("resume", s.Path, flags.sharedFlags)
	case s.Run.Counts.Left() > 0:
		return a.failedCommand(s, flags)
	}
	return ""
}

// about is a command about the run of a directory, which needs the profile and the budget that this one was given.
func about(command, dir string, f sharedFlags) string {
	line := "meetbatch " + command
	if f.Profile != "" {
		line += " " + words.Flag("--profile", f.Profile)
	}
	if f.Budget != "" && !hasSecrets(f.Budget) {
		line += " " + words.Flag("--budget", f.Budget)
	}
	return line + " " + words.Path(dir)
}

// failedCommand is the command line of a run again, on the rows that did not succeed: with the run's settings, less
// what concerns the old file, and with what those rows need.
func (a *app) failedCommand(stored *run.Stored, flags processFlags) string {
	s, counts := stored.Settings, stored.Run.Counts
	s.ExpectRows, s.Limit, s.Shard = run.Range{}, 0, job.Shard{}
	if s.MaxInvalid.Exceeded(counts.Invalid, counts.Left()) {
		s.MaxInvalid = run.Allowed{Share: job.Share{Percent: 100}}
	}
	if guessed := stored.Run.Input.Encoding; guessed != "" { // which a few rows alone might not show
		s.Encoding = run.Encoding(guessed)
	}
	if s.AccountType == a.env.defaultAccountType() {
		s.AccountType = ""
	}
	flags.Until = nil
	file := filepath.Join(stored.Path, report.FailedFile)
	return a.commandLine(stored.Operation, jobCmd{File: file, Settings: s, processFlags: flags})
}

// commandLine writes the command line that is read as c: the flags that are not at their defaults. Where a variable
// in the environment or in the profile would set one that is, it is emptied.
func (a *app) commandLine(op job.Operation, c jobCmd) string {
	model := a.parser(grammar([]string{op.Name})).Model
	var variables, flags []string
	for _, node := range model.Children {
		if node.Name != op.Name {
			continue
		}
		switch to := node.Target.Addr().Interface().(type) {
		case *jobCmd:
			*to = c
		case *statusCmd:
			*to = statusCmd{To: c.Settings.To, jobCmd: c}
		}
		for _, flag := range node.Flags {
			if flag.Name == "ping" || flag.Name == "budget" && hasSecrets(c.Budget) { // its address is a secret
				continue
			}
			given := given(flag)
			if set := a.env.variables[variableOf(flag)] != "" || a.env.profile.values[variableOf(flag)] != ""; set && len(given) == 0 && (c.Sandbox || !isOfRehearsal(flag)) {
				if !system.SetsVariables { // no shell there sets a variable for one command
					given = byName(flag)
				} else {
					variables = append(variables, variableOf(flag)+"=")
				}
			}
			flags = append(flags, given...)
		}
	}
	line := append(append(variables, model.Name, op.Name), flags...)
	return strings.Join(append(line, words.Path(c.File)), " ")
}

// given gives a flag as it is given on a command line, with its value; nothing where that is the default.
func given(flag *kong.Flag) []string {
	name := "--" + flag.Name
	if flag.Target.IsZero() && !flag.HasDefault {
		return nil
	}
	var values []string
	switch v := flag.Target.Interface().(type) {
	case bool:
		if v {
			return []string{name}
		}
	case []string:
		values = v
	case encoding.TextMarshaler:
		if text, err := v.MarshalText(); err == nil {
			values = []string{string(text)}
		}
	case []sandbox.Fault:
		values = texts(v)
	case []sandbox.Reading:
		values = texts(v)
	default:
		values = []string{fmt.Sprint(v)}
	}
	var all []string
	for _, value := range values {
		if value != flag.Default {
			if flag.Tag.Sep == ';' { // which would end the value
				value = strings.ReplaceAll(value, ";", `\;`)
			}
			all = append(all, words.Flag(name, value))
		}
	}
	return all
}

// byName is a flag as it is given whose value is the default; nothing where that has no words.
func byName(flag *kong.Flag) []string {
	switch {
	case flag.IsBool():
		return []string{"--" + flag.Name + "=false"}
	case flag.HasDefault && flag.Default == "": // which PowerShell 5 would leave out
		return []string{"--" + flag.Name + "="}
	case flag.HasDefault:
		return []string{"--" + flag.Name, words.Quoted(flag.Default)}
	}
	return nil
}

// texts are values of a flag that can be repeated.
func texts[T encoding.TextMarshaler](values []T) (all []string) {
	for _, value := range values {
		text, _ := value.MarshalText()
		all = append(all, string(text))
	}
	return all
}
