package reader

import (
	"os"
	"strings"
	"testing"
)

// TestReadmeHeaders: README names the headers of each field.
func TestReadmeHeaders(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	for name, f := range fields {
		row := ""
		for line := range strings.Lines(string(text)) {
			if strings.HasPrefix(line, "| `"+name+"`") {
				row = line
			}
		}
		for _, header := range append(append([]string{}, f.headers...), f.byType...) {
			if !strings.Contains(row, "`"+header+"`") {
				t.Errorf("README does not name the header %s of %s", header, name)
			}
		}
		if n := strings.Count(strings.Split(row+"||||", "|")[2], "`") / 2; n < len(f.headers)+len(f.byType) {
			t.Errorf("README names %d headers of %s, not %d", n, name, len(f.headers)+len(f.byType))
		}
	}
}
