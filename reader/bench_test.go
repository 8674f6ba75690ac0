package reader_test

import (
	"bytes"
	"fmt"
	"io"
	"testing"

	"meetbatch/job"
	"meetbatch/reader"
)

// BenchmarkRead reads tables of rooms and of accounts; a row is an operation.
func BenchmarkRead(b *testing.B) {
	for _, test := range []struct {
		name, header, row string
		op                job.Operation
		opts              reader.Options
	}{
		{"rooms", "account,vmr_id,vmr_name,department\n", "user%d@corp.example,ff8080816b%022x,Room 1,Sales\n", job.Reclaim, reader.Options{}},
		{"accounts", "account,name\n", "user%d,Name %d\n", job.SetStatus, reader.Options{Value: "1"}},
	} {
		b.Run(test.name, func(b *testing.B) {
			var input bytes.Buffer
			input.WriteString(test.header)
			for i := range 100_000 {
				fmt.Fprintf(&input, test.row, i, i)
			}
			var r *reader.Reader
			for b.Loop() {
				if r == nil {
					r, _ = reader.New(bytes.NewReader(input.Bytes()), "in.csv", test.op, test.opts)
				}
				if _, err := r.Read(); err == io.EOF {
					r = nil
				}
			}
		})
	}
}
