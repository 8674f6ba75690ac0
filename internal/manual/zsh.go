package manual

import (
	"fmt"
	"strings"
)

// zshHead and zshFoot have places for PROGRAM, the name of the program. Between them stands what its commands take.
const zshHead = `#compdef PROGRAM
# Completion of PROGRAM for zsh.

# A directory, or one of a few words.
_PROGRAM_directory() {
  local -a offered=("$@")
  _alternative "words:word:($offered)" 'directories:directory:_files -/'
}

# A file, or one of a few words.
_PROGRAM_file() {
  local -a offered=("$@")
  _alternative "words:word:($offered)" 'files:file:_files'
}

_PROGRAM() {
  local curcontext=$curcontext state line ret=1
  typeset -A opt_args
  local -a commands=(
`

const zshFoot = `    esac
    ;;
  esac
  return ret
}

# As a function that is found by its name it is called; read by source or eval it is told of.
if [[ ${funcstack[1]} == _PROGRAM ]]; then
  _PROGRAM "$@"
elif (( $+functions[compdef] )); then
  compdef _PROGRAM PROGRAM
fi
`

// zsh writes the script for zsh.
func (p program) zsh() string {
	var b strings.Builder
	b.WriteString(zshHead)
	for _, c := range p.commands {
		fmt.Fprintf(&b, "    %s\n", single(colons.Replace(c.name)+":"+c.help))
	}
	b.WriteString("  )\n  _arguments -C -S \\\n")
	for _, f := range p.flags {
		fmt.Fprintf(&b, "    %s \\\n", p.zshFlag(f))
	}
	b.WriteString("    '1:command:->command' '*::argument:->argument' && ret=0\n" +
		"  case $state in\n  command)\n    _describe -t commands command commands && ret=0\n    ;;\n  argument)\n" +
		"    curcontext=${curcontext%:*:*}:PROGRAM-$words[1]:\n    case $words[1] in\n")
	for _, c := range p.commands {
		fmt.Fprintf(&b, "    %s)\n      _arguments -S", c.name)
		for _, f := range c.flags {
			b.WriteString(" \\\n        " + p.zshFlag(f))
		}
		for i, arg := range c.args {
			at := fmt.Sprint(i + 1)
			if arg.many {
				at = "*"
			}
			b.WriteString(" \\\n        " + single(at+":"+p.zshTakes(arg)))
		}
		b.WriteString(" && ret=0\n      ;;\n")
	}
	b.WriteString(zshFoot)
	return strings.ReplaceAll(b.String(), "PROGRAM", p.name)
}

// zshFlag is a flag in the form that _arguments reads.
func (p program) zshFlag(f flag) string {
	help := "[" + brackets.Replace(f.help) + "]"
	if f.short != "" {
		return fmt.Sprintf("'(%s %s)'{%s,%s}%s", f.short, f.name, f.short, f.name, single(help))
	}
	text := f.name
	if f.many {
		text = "*" + text
	}
	if f.single {
		return single(text + help)
	}
	return single(text + "=" + help + ":" + p.zshTakes(f.value))
}

// zshTakes is what _arguments says of a value, and how it completes it.
func (p program) zshTakes(v value) string {
	words := colons.Replace(strings.Join(v.words, " "))
	action := " "
	switch {
	case v.path != "" && len(v.words) > 0:
		action = " _" + p.name + "_" + v.path + " " + words
	case v.path == "directory":
		action = "_files -/"
	case v.path == "file":
		action = "_files"
	case len(v.words) > 0:
		action = "(" + words + ")"
	}
	return colons.Replace(strings.TrimLeft(v.name, "-")) + ":" + action
}

// Zsh's functions give a meaning to these in what they are told.
var (
	colons   = strings.NewReplacer(`\`, `\\`, ":", `\:`)
	brackets = strings.NewReplacer(`\`, `\\`, "[", `\[`, "]", `\]`, ":", `\:`)
)
