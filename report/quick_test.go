package report

import (
	"bytes"
	"encoding/csv"
	"testing"
)

// FuzzQuickWriter holds the quick writer against the one that it stands in for.
func FuzzQuickWriter(f *testing.F) {
	f.Add("a", "")
	f.Add(`\.`, " a")
	f.Add("a,b", "\"\n\r")
	f.Add("张伟", "a~")
	f.Fuzz(func(t *testing.T, a, b string) {
		var got, want bytes.Buffer
		quick, slow := quickWriter{&got, csv.NewWriter(&got)}, csv.NewWriter(&want)
		for _, record := range [][]string{{a, b}, {b, a, ""}} {
			if err := quick.Write(record); err != nil {
				t.Fatal(err)
			}
			if err := slow.Write(record); err != nil {
				t.Fatal(err)
			}
		}
		slow.Flush()
		if !bytes.Equal(got.Bytes(), want.Bytes()) {
			t.Errorf("%q, want %q", got.Bytes(), want.Bytes())
		}
	})
}
