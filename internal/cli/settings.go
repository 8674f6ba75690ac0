package cli

import (
	"fmt"
	"slices"

	"github.com/alecthomas/kong"
)

// passing are the flags that concern one process and not the run: a resumed run has its own.
var passing = []string{"help", "version", "out", "until", "dry-run", "yes", "log-format", "quiet", "verbose"}

// settingsOf gives the flags of a command line by name, also those that were left at their defaults, as
// run.json keeps them: a string each, or a list of strings for what is repeatable.
func settingsOf(parsed *kong.Context) map[string]any {
	settings := map[string]any{}
	for _, flag := range parsed.Flags() {
		if slices.Contains(passing, flag.Name) {
			continue
		}
		switch value := parsed.FlagValue(flag).(type) {
		case map[string]string:
			list := []any{}
			for k, v := range value {
				list = append(list, k+"="+v)
			}
			settings[flag.Name] = list
		case []string:
			list := []any{}
			for _, v := range value {
				list = append(list, v)
			}
			settings[flag.Name] = list
		default:
			if text := fmt.Sprint(value); text != "" {
				settings[flag.Name] = text
			}
		}
	}
	return settings
}

// commandLineOf makes a command line from settings.
func commandLineOf(command string, settings map[string]any, file string) []string {
	args := []string{command}
	for name, value := range settings {
		values, isList := value.([]any)
		if !isList {
			values = []any{value}
		}
		for _, v := range values {
			args = append(args, fmt.Sprintf("--%s=%v", name, v))
		}
	}
	return append(args, "--", file)
}
