// Package manual tells shells and man what a command line looks like: scripts that complete it, and a manual page. All of it
// comes from the declaration; the package knows no command and no flag.
//
// Beside what kong knows, two tags of a flag or an argument say what it takes:
//
//	takes:"file"        a file; or takes:"directory"
//	offers:"auto,none"  words that can be completed; others may be taken too. An enum of kong's offers its values.
package manual

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/alecthomas/kong"
)

// program is a command line as the scripts need it.
type program struct {
	name, help string
	flags      []flag // which every command has too
	commands   []command
}

type command struct {
	name, help string
	usage      string // its name, its arguments, and whether it has flags
	flags      []flag
	args       []value
}

type flag struct {
	value
	short  string // a letter, or empty
	shown  string // with what it takes, as the help shows it
	group  string // under which the help shows it, or empty
	single bool   // it takes no value
}

// value is what a flag or an argument takes.
type value struct {
	name  string
	help  string
	path  string // file or directory, where it takes one
	words []string
	many  bool // it can be given more than once
}

// completers are the shells by name, and what writes the script of each.
var completers = []struct {
	shell string
	write func(program) string
}{{"bash", program.bash}, {"zsh", program.zsh}, {"fish", program.fish}, {"powershell", program.powershell}}

// Completion gives the script that completes a command line in a shell: bash, zsh, fish or powershell.
func Completion(shell string, app *kong.Application) (string, error) {
	for _, c := range completers {
		if c.shell == shell {
			return c.write(programOf(app)), nil
		}
	}
	return "", fmt.Errorf("no completion for %s", shell)
}

func programOf(app *kong.Application) program {
	p := program{name: app.Name, help: app.Help, flags: flagsOf(app.Node)}
	for _, node := range app.Children {
		if node.Hidden {
			continue
		}
		c := command{name: node.Name, help: node.Help, usage: node.Summary(), flags: flagsOf(node)}
		for _, arg := range node.Positional {
			c.args = append(c.args, valueOf(arg))
		}
		p.commands = append(p.commands, c)
	}
	return p
}

// flagsOf gives the flags that a command takes: those of the program first, then its own.
func flagsOf(node *kong.Node) (all []flag) {
	for _, f := range slices.Concat(node.AllFlags(true)...) {
		one := flag{value: valueOf(f.Value), shown: f.String(), single: f.IsBool()}
		one.name = "--" + f.Name
		if f.Short != 0 {
			one.short = "-" + string(f.Short)
		}
		if f.Group != nil {
			one.group = f.Group.Title
		}
		all = append(all, one)
	}
	return all
}

func valueOf(v *kong.Value) value {
	words := strings.Split(cmp.Or(v.Tag.Get("offers"), v.Enum), ",")
	words = slices.DeleteFunc(words, func(word string) bool { return word == "" }) // which an enum has that may be left out
	return value{name: v.Name, help: v.Help, path: v.Tag.Get("takes"), words: words, many: v.IsCumulative()}
}

// all gives the commands, and before them, without a name, the program itself, of which the name of a command is the argument.
func (p program) all() []command {
	var names []string
	for _, c := range p.commands {
		names = append(names, c.name)
	}
	return append([]command{{flags: p.flags, args: []value{{words: names}}}}, p.commands...)
}

// many tells whether there may be more than one of the last argument.
func (c command) many() bool { return len(c.args) > 0 && c.args[len(c.args)-1].many }

// takes says what a value is as PATH:WORDS, which scripts with a table of their own read.
func (v value) takes() string { return v.path + ":" + strings.Join(v.words, " ") }

// single puts a text between the apostrophes of a shell, in which nothing else means anything.
func single(text string) string { return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'" }
