package report

import (
	"encoding/csv"
	"strings"
	"testing"
	"unicode/utf8"
)

// TestFormulas: what somebody else wrote begins with nothing that a spreadsheet takes for a formula, and is read as it was.
func TestFormulas(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ text, cell string }{
		{`=HYPERLINK("http://x")`, `"'=HYPERLINK(""http://x"")"`},
		{"+1", "'+1"}, {"-1", "'-1"}, {"@SUM(A1)", "'@SUM(A1)"}, {"\tx", "'\tx"}, {"\rx", "\"'\rx\""},
		{" =1", "' =1"}, {"\u00a0\u3000=1", "'\u00a0\u3000=1"}, {"＝1", "'＝1"}, {"－1", "'－1"},
		{"'=1", "''=1"}, {"''\t=1", "'''\t=1"}, {"' -1", "'' -1"},
		{"'x", "'x"}, {"'", "'"}, {"", ""}, {" x", `" x"`}, {"a=1", "a=1"}, {"USG.201080000", "USG.201080000"}, {"400", "400"}, {"云=", "云="},
	} {
		if got := string((*foreign)(&test.text).append(nil)); got != test.cell {
			t.Errorf("%q is written as %q, want %q", test.text, got, test.cell)
		}
	}
}

// FuzzForeign: whatever a text is, it is read as it was written, and never stands as a formula.
func FuzzForeign(f *testing.F) {
	for _, text := range []string{"=1", "'=1", "'\t", "''", " ' @", "'\r", "\u3000＋", "\xff=", "'' \t-"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if strings.Contains(text, "\r\n") { // which encoding/csv reads as LF
			return
		}
		line := (*foreign)(&text).append(nil)
		record, err := csv.NewReader(strings.NewReader(string(line) + ",\n")).Read()
		if err != nil {
			t.Fatal(err)
		}
		if c, _ := utf8.DecodeRuneInString(strings.TrimSpace(record[0])); record[0] != "" && strings.ContainsRune("=+-@＝＋－＠", c) {
			t.Errorf("%q stands as %q", text, record[0])
		}
		var back foreign
		if !back.parse(record[0]) || string(back) != text {
			t.Errorf("%q is read as %q", text, back)
		}
	})
}
