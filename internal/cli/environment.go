package cli

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/alecthomas/kong"

	"meetbatch/internal/system"
	"meetbatch/internal/words"
)

// environment has the process's variables by name, and behind them those of a profile. One that is empty is none, but takes
// what the profile sets back to its default. It is where kong looks for a flag that was not given.
type environment struct {
	variables map[string]string
	profile   profile
	looked    bool     // for a profile
	hidden    []string // what the profile sets and an empty variable takes back
	refused   error    // why the profile cannot be used
	wrong     error    // of the first variable that cannot be a flag's value
}

func newEnvironment(environ []string) environment {
	e := environment{variables: map[string]string{}}
	for _, variable := range environ {
		name, value, _ := strings.Cut(variable, "=")
		e.variables[system.VariableName(name)] = value
	}
	return e
}

// value is that of a variable, from the environment or else from the profile; empty where it is set in neither.
func (e *environment) value(name string) string {
	if value, set := e.variables[name]; set {
		return value
	}
	return e.profile.values[name]
}

// inProfile tells whether a variable has its value from the profile.
func (e *environment) inProfile(name string) bool {
	_, hidden := e.variables[name]
	return !hidden && e.profile.values[name] != ""
}

// variableOf names the variable that a flag can come from; some have none.
func variableOf(flag *kong.Flag) string {
	if flag.Tag.Has("flagonly") || flag.Name == "help" {
		return ""
	}
	return "MEETBATCH_" + strings.ToUpper(strings.ReplaceAll(flag.Name, "-", "_"))
}

// Resolve is called by kong for each flag that was not given.
func (e *environment) Resolve(ctx *kong.Context, _ *kong.Path, flag *kong.Flag) (any, error) {
	e.useProfile(ctx)
	name := variableOf(flag)
	value := e.value(name)
	switch {
	case isOfRehearsal(flag) && !e.rehearses(ctx), flag.Tag.Has("ofrun") && e.variables[name] == "": // a run keeps its settings, whatever a profile says
		return nil, nil
	case value == "" && e.profile.values[name] != "":
		e.hidden = append(e.hidden, name)
		return nil, nil
	case value == "":
		return nil, nil
	}
	// kong's own message would name neither the variable nor its value.
	scratch := reflect.New(flag.Target.Type()).Elem()
	if err := flag.Parse(kong.Scan().PushTyped(value, kong.FlagValueToken), scratch); err != nil && e.wrong == nil {
		from := "envar"
		if e.inProfile(name) {
			from = words.Name(e.profile.path)
		}
		e.wrong = fmt.Errorf("%w (from %s %s=%q)", err, from, name, value)
	}
	if e.wrong != nil {
		return nil, nil
	}
	return value, nil
}

// isOfRehearsal tells whether a job's flag says what the simulated service is to do. Where a job has none, its variable,
// which may be meant for the command sandbox, means nothing.
func isOfRehearsal(flag *kong.Flag) bool { return flag.Group != nil }

// rehearses tells whether a command line, or a variable, asks for the simulated service.
func (e *environment) rehearses(ctx *kong.Context) bool {
	for _, part := range ctx.Path {
		if f := part.Flag; f != nil && f.Name == "sandbox" {
			return ctx.FlagValue(f) == true
		}
	}
	return slices.Contains([]string{"true", "1", "yes"}, strings.ToLower(e.value("MEETBATCH_SANDBOX"))) // as kong reads it
}

// Validate is called by kong; any variable will do.
func (e *environment) Validate(*kong.Application) error { return nil }
