package cli

import (
	"encoding"
	"fmt"
	"strings"

	"github.com/alecthomas/kong"

	"meetbatch/internal/run"
	"meetbatch/internal/sandbox"
	"meetbatch/internal/words"
	"meetbatch/job"
	"meetbatch/reader"
	"meetbatch/report"
)

// nextCommand is the command line of a run again, on the rows that did not succeed: with the run's settings, less
// what concerns the old file, and with what those rows need.
func (u *user) nextCommand(e *run.Ending) string {
	s := e.Settings
	s.ExpectRows, s.Limit = run.Range{}, 0
	if s.MaxInvalid.Exceeded(e.Run.Counts.Invalid, e.Run.Counts.Left()) {
		s.MaxInvalid = run.Allowed{Share: job.Share{Percent: 100}}
	}
	if e.Planned.Table.Encoding == reader.GB18030 { // which a few rows alone might not show
		s.Encoding = reader.GB18030
	}
	if s.AccountType == u.app.env.defaultAccountType() {
		s.AccountType = ""
	}
	flags := u.flags
	flags.Until = nil
	file := e.Dir.File(report.FailedFile)
	if strings.HasPrefix(file, "-") {
		file = "./" + file
	}
	return u.app.commandLine(e.Planned.Operation, jobCmd{File: file, Settings: s, processFlags: flags})
}

// commandLine writes the command line that is read as c: the flags that are not at their defaults. Where a variable
// in the environment would set one that is, it is emptied.
func (a *app) commandLine(op job.Operation, c jobCmd) string {
	var all commands
	model := a.parser(&all).Model
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
			if flag.Name == "ping" { // its address is a secret
				continue
			}
			given := given(flag)
			if _, set := a.env.variables[variableOf(flag)]; set && len(given) == 0 && (c.Sandbox || !isOfRehearsal(flag)) {
				variables = append(variables, variableOf(flag)+"=")
			}
			flags = append(flags, given...)
		}
	}
	line := append(append(variables, model.Name, op.Name), flags...)
	return strings.Join(append(line, words.Quoted(c.File)), " ")
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
		for _, fault := range v {
			text, _ := fault.MarshalText()
			values = append(values, string(text))
		}
	default:
		values = []string{fmt.Sprint(v)}
	}
	var all []string
	for _, value := range values {
		if value != flag.Default {
			if flag.Tag.Sep == ';' { // which would end the value
				value = strings.ReplaceAll(value, ";", `\;`)
			}
			all = append(all, name, words.Quoted(value))
		}
	}
	return all
}
