package cli

import (
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/alecthomas/kong"

	"meetbatch/internal/words"
)

// variablePrefix is how every variable begins that is meant for this program.
const variablePrefix = "MEETBATCH_"

// ofService is what the variables look like that Kubernetes sets in every container of a namespace that has a service
// called meetbatch, or meetbatch-something; so did Docker's links. They mean something, but not to this program.
var ofService = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`_(PORT|SERVICE)(_|$)`) })

// warnUnknown warns of variables that look as if they were meant for this program and mean nothing to any command: a
// misspelt guard would be none. It never shows a value, which can be a secret.
func (a *app) warnUnknown(c *console) {
	known := sync.OnceValue(func() []string { return knownVariables(a.parser(new(commands)).Model) })
	warnUnknown(c, known, a.env.variables, "")
	warnUnknown(c, known, a.env.profile.values, " in "+words.Name(a.env.profile.path))
}

// warnUnknown warns of those variables of a place that are not among the known ones.
func warnUnknown(c *console, known func() []string, variables map[string]string, place string) {
	var unknown []string
	for name, value := range variables {
		if value != "" && strings.HasPrefix(name, variablePrefix) && !ofService().MatchString(name) && !isCredential(name) && !slices.Contains(known(), name) {
			unknown = append(unknown, name)
		}
	}
	slices.Sort(unknown)
	for _, name := range unknown {
		hint := "the variable of a flag is MEETBATCH_ and its name, as meetbatch COMMAND --help has it"
		if meant := nearest(name, known()); meant != "" {
			hint = "is " + meant + " meant?"
		}
		c.Warn("the variable "+words.Quoted(name)+place+" means nothing to this program, and does nothing", "hint", hint)
	}
}

// knownVariables lists the variables that mean something to any of the commands.
func knownVariables(app *kong.Application) (names []string) {
	for _, name := range append(credentialNames(), budgetVariable) {
		names = append(names, name, name+"_FILE")
	}
	for _, command := range app.Children {
		for _, flag := range command.Flags {
			if name := variableOf(flag); name != "" {
				names = append(names, name)
			}
		}
	}
	return names
}

func isCredential(name string) bool {
	return slices.Contains(credentialNames(), strings.TrimSuffix(name, "_FILE"))
}

// nearest finds the known name that one is most like, up to two letters and the underscores; mostly there is none.
func nearest(name string, known []string) (meant string) {
	bare := func(s string) string { return strings.ReplaceAll(strings.TrimPrefix(s, variablePrefix), "_", "") }
	least := 3
	for _, k := range known {
		if d := distance(bare(name), bare(k)); d < least && d < len(bare(k))/2 {
			meant, least = k, d
		}
	}
	return meant
}

// distance counts the letters that are to be changed, added or taken away to make one word of another (Levenshtein).
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			changed := diagonal
			if a[i] != b[j] {
				changed++
			}
			diagonal, row[j+1] = row[j+1], min(changed, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
