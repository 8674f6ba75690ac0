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

// forWindows makes a word safe to paste into both shells of Windows. One spelling suits both but for what PowerShell takes for
// its own between double quotes, the only ones that cmd.exe knows: that stands as PowerShell reads it, of which cmd.exe makes
// a name that nothing has, where the other way round PowerShell would make one that something may have. Without quotes a comma
// makes two words in PowerShell. cmd.exe takes %NAME% for a variable also between quotes, where there is one of that name, and
// nothing helps that.
func forWindows(word string) string {
	plain := func(r rune) bool {
		return r > '~' && (unicode.IsLetter(r) || unicode.IsDigit(r)) || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune(`-_./=:+\`, r)
	}
	if word != "" && strings.TrimFunc(word, plain) == "" {
		return word
	}
	var b strings.Builder
	for _, c := range word {
		switch {
		case !shows(string(c)):
			for _, unit := range utf16.Encode([]rune{c}) {
				fmt.Fprintf(&b, "$([char]0x%x)", unit)
			}
		case c == '"':
			b.WriteString(`""`)
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
