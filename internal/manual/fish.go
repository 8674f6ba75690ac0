package manual

import (
	"fmt"
	"strings"
)

// fishHead has places for PROGRAM, the name of the program.
const fishHead = `# Completion of PROGRAM for fish 3.0 and later.

# Whether the command is one of these; without any, whether there is none yet.
function __PROGRAM_command
    set -l typed (commandline -opc)
    set -e typed[1]
    for word in $typed
        if not string match -q -- '-*' $word
            contains -- $word $argv
            return
        end
    end
    not set -q argv[1]
end

complete -c PROGRAM -f
`

// fish writes the script for fish.
func (p program) fish() string {
	var b strings.Builder
	b.WriteString(fishHead)
	for _, f := range p.flags {
		b.WriteString("complete -c PROGRAM" + fishFlag(f) + "\n")
	}
	for _, c := range p.commands {
		fmt.Fprintf(&b, "complete -c PROGRAM -n __PROGRAM_command -a %s -d %s\n", c.name, fishText(c.help))
	}
	for _, c := range p.commands {
		begin := fmt.Sprintf("complete -c PROGRAM -n '__PROGRAM_command %s'", c.name)
		b.WriteString("\n")
		for _, arg := range c.args {
			once := ""
			if arg.path == "" && !arg.many {
				once = " -n " + fishText("not __fish_seen_subcommand_from "+strings.Join(arg.words, " "))
			}
			b.WriteString(begin + once + strings.Replace(fishTakes(arg), " -x", "", 1) + "\n")
		}
		for _, f := range c.flags[len(p.flags):] {
			b.WriteString(begin + fishFlag(f) + "\n")
		}
	}
	return strings.ReplaceAll(b.String(), "PROGRAM", p.name)
}

func fishFlag(f flag) string {
	text := ""
	if f.short != "" {
		text = " -s " + strings.TrimPrefix(f.short, "-")
	}
	text += " -l " + strings.TrimPrefix(f.name, "--")
	if !f.single {
		text += fishTakes(f.value)
	}
	return text + " -d " + fishText(f.help)
}

// fishTakes says how a value is completed, of a flag that cannot be without one.
func fishTakes(v value) string {
	text := " -x"
	if v.path == "file" {
		text = " -r -F"
	}
	words := strings.Join(v.words, " ")
	if v.path == "directory" {
		words = strings.TrimSpace(words + " (__fish_complete_directories)")
	}
	if words != "" {
		text += " -a " + fishText(words)
	}
	return text
}

// fishText puts a text between apostrophes.
func fishText(text string) string {
	return "'" + strings.NewReplacer(`\`, `\\`, "'", `\'`).Replace(text) + "'"
}
