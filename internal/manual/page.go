package manual

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/alecthomas/kong"
)

// Texts are what a manual page says beside the declaration, written as the help has them: a line that ends with a colon is a
// heading, below it stand sentences or, two blanks or more between them, names and what is to be said of each. What stands
// below Example: is for a shell.
type Texts struct {
	Version     string
	Description string                      // behind the sentence of the declaration
	Command     func(command string) string // of one command, behind its flags; none where it is empty
	Sections    []Section                   // behind the commands
}

// Section is a part of a manual page.
type Section struct{ Title, Text string }

// Page gives the manual page, for roff with its macros man. It is the same wherever and whenever it is made.
func Page(app *kong.Application, texts Texts) string {
	p := programOf(app)
	b := &page{}
	title := strings.ToUpper(p.name)
	b.printf(".TH %s 1 \"\" \"%s\" \"User Commands\"\n.nr HY 0\n.nh\n.ad l\n", roff(title), roff(p.name+" "+texts.Version))
	b.printf(".SH NAME\n%s \\- %s\n", roff(p.name), roff(lowered(strings.TrimSuffix(p.help, "."))))
	b.printf(".SH SYNOPSIS\n")
	for _, c := range p.commands {
		b.printf("\\fB%s %s\\fR%s\n.br\n", roff(p.name), roff(c.name), roff(strings.TrimPrefix(c.usage, c.name)))
	}
	b.printf(".SH DESCRIPTION\n%s\n", roff(p.help))
	b.text(texts.Description)
	b.printf(".SH OPTIONS\nOf every command:\n")
	b.flags(p.flags)
	b.printf(".SH COMMANDS\n")
	said := map[flagText]string{}
	for _, f := range p.flags {
		said[f.text()] = ""
	}
	for _, c := range p.commands {
		b.command(p.name, c, said)
		b.text(texts.Command(c.name))
	}
	for _, s := range texts.Sections {
		b.printf(".SH %s\n", roff(s.Title))
		b.text(s.Text)
	}
	return b.String()
}

// page is what was written of a manual page.
type page struct{ strings.Builder }

func (b *page) printf(format string, args ...any) { fmt.Fprintf(b, format, args...) }

// command writes what is to be said of a command. Where said has it, another command has said it of the same flag.
func (b *page) command(program string, c command, said map[flagText]string) {
	b.printf(".SS \"%s %s\"\n%s\n", roff(program), roff(c.usage), roff(c.help))
	for _, arg := range c.args {
		b.item("<"+arg.name+">", arg.help)
	}
	var own []flag
	var others []string // in the order in which they were met
	again := map[string][]string{}
	for _, f := range c.flags {
		other, is := said[f.text()]
		if !is {
			own = append(own, f)
			said[f.text()] = c.name
			continue
		}
		if !slices.Contains(others, other) {
			others = append(others, other)
		}
		again[other] = append(again[other], f.name)
	}
	b.flags(own)
	for _, other := range others {
		if other != "" {
			b.printf(".PP\nAs with \\fB%s %s\\fR: %s.\n", roff(program), roff(other), roff(strings.Join(again[other], ", ")))
		}
	}
}

// flagText is what the page says of a flag.
type flagText struct{ shown, help string }

func (f flag) text() flagText { return flagText{f.shown, f.help} }

// flags writes a list of flags: those in no group, then each group below its heading.
func (b *page) flags(all []flag) {
	groups := []string{""}
	for _, f := range all {
		if !slices.Contains(groups, f.group) {
			groups = append(groups, f.group)
		}
	}
	for _, group := range groups {
		if group != "" {
			b.printf(".PP\n%s\n", roff(group))
		}
		for _, f := range all {
			if f.group == group {
				b.item(f.shown, f.help)
			}
		}
	}
}

// item writes a name and what is to be said of it. What stands behind the sign of equality of a flag is a word for its value.
func (b *page) item(name, text string) {
	bold, value, is := strings.Cut(name, "=")
	if is && strings.HasPrefix(name, "-") {
		value = "=\\fI" + roff(value) + "\\fR"
	} else {
		bold, value = name, ""
	}
	b.printf(".TP\n\\fB%s\\fR%s\n%s\n", roff(bold), value, roff(text))
}

// column is what stands between a name and what is to be said of it.
var column = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(` {2,}`) })

// text writes what stands in the help.
func (b *page) text(text string) {
	begun, shell := false, false // a paragraph, an example
	end := func() {
		if shell {
			b.printf(".EE\n")
		}
		begun, shell = false, false
	}
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\n")
		words := strings.TrimSpace(line)
		parts := column().Split(words, -1)
		switch {
		case words == "":
			end()
		case line == words && strings.HasSuffix(line, ":"):
			end()
			b.printf(".PP\n%s\n", roff(line))
			if shell = strings.HasPrefix(line, "Example"); shell {
				b.printf(".PP\n.EX\n")
			}
			begun = true
		case shell:
			b.printf("%s\n", roff(line))
		case len(parts)%2 == 0:
			for i := 0; i < len(parts); i += 2 {
				b.item(parts[i], parts[i+1])
			}
			begun = false
		case begun && !variable().MatchString(words):
			b.printf("%s\n", roff(words))
		default:
			b.printf(".PP\n%s\n", roff(words))
			begun = !variable().MatchString(words)
		}
	}
	end()
}

// variable is how a line begins that is about variables of the environment, and stands for itself.
var variable = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[A-Z]+_[A-Z_]+`) })

// roff writes a text so that roff prints it as it is: with no request, no escape and no quotes, hyphens that can be copied, and
// in ASCII alone, since not every roff is told of another encoding.
func roff(text string) string {
	var b strings.Builder
	if strings.HasPrefix(text, ".") {
		b.WriteString(`\&`)
	}
	for _, c := range text {
		switch name := map[rune]string{'\\': `\(rs`, '-': `\-`, '\'': `\(aq`, '"': `\(dq`, '`': "\\(ga", '^': `\(ha`, '~': `\(ti`}[c]; {
		case name != "":
			b.WriteString(name)
		case c >= 0x80:
			fmt.Fprintf(&b, `\[u%04X]`, c)
		default:
			b.WriteRune(c)
		}
	}
	return b.String()
}

// lowered gives a sentence the small letter that it has where it goes on.
func lowered(text string) string {
	if text == "" {
		return ""
	}
	return strings.ToLower(text[:1]) + text[1:]
}
