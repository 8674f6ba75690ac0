package cli

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/alecthomas/kong"
)

// environment has the process's variables by name; one that is empty is none. It is where kong looks for a flag that
// was not given.
type environment struct {
	variables map[string]string
	wrong     error // of the first variable that cannot be a flag's value
}

func newEnvironment(environ []string) environment {
	e := environment{variables: map[string]string{}}
	for _, variable := range environ {
		if name, value, _ := strings.Cut(variable, "="); value != "" {
			e.variables[name] = value
		}
	}
	return e
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
	name := variableOf(flag)
	value, set := e.variables[name]
	if !set || isOfRehearsal(flag) && !e.rehearses(ctx) {
		return nil, nil
	}
	// kong's own message would name neither the variable nor its value.
	scratch := reflect.New(flag.Target.Type()).Elem()
	if err := flag.Parse(kong.Scan().PushTyped(value, kong.FlagValueToken), scratch); err != nil && e.wrong == nil {
		e.wrong = fmt.Errorf("%w (from envar %s=%q)", err, name, value)
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
	return slices.Contains([]string{"true", "1", "yes"}, strings.ToLower(e.variables["MEETBATCH_SANDBOX"])) // as kong reads it
}

// Validate is called by kong; any variable will do.
func (e *environment) Validate(*kong.Application) error { return nil }
