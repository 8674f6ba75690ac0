package report

import (
	"bytes"
	"encoding/csv"
	"testing"
)

// FuzzAppendCell holds the quoting of cells against that of encoding/csv.
func FuzzAppendCell(f *testing.F) {
	f.Add("a", "")
	f.Add(`\.`, " a")
	f.Add("a,b", "\"\n\r")
	f.Add("张伟", "a~")
	f.Add(`""`, "\u00a0a\\")
	f.Add("\xff", "a\tb")
	f.Fuzz(func(t *testing.T, a, b string) {
		var want bytes.Buffer
		w := csv.NewWriter(&want)
		w.Write([]string{a, b})
		w.Flush()
		got := appendCell(nil, a)
		got = append(got, ',')
		got = appendCell(got, b)
		got = append(got, '\n')
		if !bytes.Equal(got, want.Bytes()) {
			t.Errorf("%q, want %q", got, want.Bytes())
		}
	})
}
