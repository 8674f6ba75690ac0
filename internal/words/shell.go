package words

import (
	"fmt"
	"path/filepath"
	"strings"
	"unicode"
	"unicode/utf16"
)

// Path makes a path safe to paste as a word of a command line. One that a command would take for something else, which is a
// flag, standard input or the last run, is written as it stands in the working directory.
func Path(path string) string {
	if strings.HasPrefix(path, "-") || path == "last" {
		path = "." + string(filepath.Separator) + path
	}
	return Quoted(path)
}

// Flag is a flag with its value on a command line. A value that begins with a dash would be taken for a flag itself if it were
// a word of its own.
func Flag(name, value string) string {
	if strings.HasPrefix(value, "-") {
		return name + "=" + Quoted(value)
	}
	return name + " " + Quoted(value)
}

// forPosix makes a word safe to paste into a shell of Unix. What does not show stands in it byte by byte, as \033: a terminal would
// not take it as it is.
func forPosix(word string) string {
	plain := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-_./=:,@%+#", r)
	}
	switch {
	case word != "" && word[0] != '#' && strings.TrimFunc(word, plain) == "":
		return word
	case shows(word):
		return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
	}
	var b strings.Builder
	for i := range len(word) {
		switch c := word[i]; {
		case c == '\'' || c == '\\':
			b.WriteByte('\\')
			b.WriteByte(c)
		case c < ' ' || c > '~':
			fmt.Fprintf(&b, `\%03o`, c)
		default:
			b.WriteByte(c)
		}
	}
	return "$'" + b.String() + "'"
}

// forWindows makes a word safe to paste into both shells of Windows, cmd.exe and PowerShell. Both take a text between double
// quotes for one word, and most characters in it as they are. A comma outside of quotes would make two words in PowerShell.
//
// Some characters have a meaning between quotes too. PowerShell puts values in the place of $NAME and $( ), and wants a backtick
// before each of $, the backtick itself and the curved quotes. What does not show can be written for PowerShell only, by its
// number: $([char]0x1b). So is a double quote, since PowerShell, cmd.exe and the program itself each have a rule of their own for
// one inside a word, and no spelling is one word by all three.
//
// cmd.exe does not know these spellings, and hands them to the program as they stand: it is given one word, but another one,
// and refuses it as the name of nothing. What cmd.exe would want is worse, as PowerShell would run what stands in $( ).
//
// One thing is left: cmd.exe puts the value of a variable in the place of %NAME%, also between quotes, where there is one of
// that name.
func forWindows(word string) string {
	if word != "" && strings.TrimFunc(word, plainOnWindows) == "" {
		return word
	}
	var b strings.Builder
	for _, c := range word {
		switch {
		case c == '"' || !shows(string(c)):
			for _, unit := range utf16.Encode([]rune{c}) {
				fmt.Fprintf(&b, "$([char]0x%x)", unit)
			}
		case strings.ContainsRune("$`“”„", c):
			b.WriteString("`" + string(c))
		default:
			b.WriteRune(c)
		}
	}
	// A program takes a backslash before the last quote for one that is meant for the quote.
	ends := len(word) - len(strings.TrimRight(word, `\`))
	return `"` + b.String() + strings.Repeat(`\`, ends) + `"`
}

// plainOnWindows tells whether a character means nothing to either shell of Windows, in quotes and outside of them.
func plainOnWindows(r rune) bool {
	return r > '~' && (unicode.IsLetter(r) || unicode.IsDigit(r)) || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune(`-_./=:+\`, r)
}

// withOnWindows is a command with a variable in its environment, for both shells of Windows: neither sets one for a single
// command, so that another cmd.exe does. That one reads everything a second time, for which no spelling is right in both
// shells. Where anything but plain characters stands in it, it is said in words which variable is to be set.
func withOnWindows(name, value, command string) string {
	if strings.TrimFunc(name+value+strings.ReplaceAll(command, " ", ""), plainOnWindows) == "" {
		return `cmd /c "set ` + name + "=" + value + "&& " + command + `"`
	}
	return "with " + name + " set: " + command
}
