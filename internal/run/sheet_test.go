package run

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestSheet: a part that is read again takes the place of what was written of it, whatever of that had reached the file, and
// leaves what stood before; columns that are not wanted are in no row.
func TestSheet(t *testing.T) {
	t.Parallel()
	type row struct {
		A string `csv:"a"`
		B string `csv:"b"`
		C int    `csv:"c"`
	}
	for _, n := range []int{0, 1, 255, 256, 257, 5000} {
		path := filepath.Join(t.TempDir(), "sheet.csv")
		file, err := os.Create(path)
		if err != nil {
			t.Fatal(err)
		}
		defer file.Close()
		s, err := newSheet[row](file, true, []string{"b"})
		check := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		check(err)
		check(s.part())
		check(s.add(row{"first", "secret", 1}))
		check(s.part())
		for i := range n {
			check(s.add(row{"again", "secret", i}))
		}
		check(s.again())
		check(s.again())
		check(s.add(row{`a "quoted", cell`, "secret", 2}))
		check(s.part())
		for i := range n {
			check(s.add(row{"more", "", i}))
		}
		check(s.flush())
		if want := int64(2 + n); s.n != want {
			t.Errorf("%d rows: it counts %d, want %d", n, s.n, want)
		}
		text, err := os.ReadFile(path)
		check(err)
		before := "\ufeffa,c\nfirst,1\n\"a \"\"quoted\"\", cell\",2\n"
		if !strings.HasPrefix(string(text), before) || strings.Contains(string(text), "secret") || strings.Contains(string(text), "again") || strings.Count(string(text), "more,") != n {
			t.Errorf("%d rows: %.200q", n, text)
		}
	}
}
