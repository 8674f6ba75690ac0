package report

import (
	"bufio"

	"meetbatch/internal/system"
	"meetbatch/job"
)

// Rows calls row with every row of an input, in order: as it was read and byte for byte, of which row keeps neither. It
// returns the first error, its own or that of row.
type Rows func(row func(it job.Item, raw []byte) error) error

// WriteFailed writes failed.csv: the header row, and those rows of the input that did not succeed. It is on the disk
// when WriteFailed returns. After an error no part of it is there, and one of before stands as it did.
func (d *Dir) WriteFailed(header []byte, rows Rows) error {
	to, err := system.Replace(d.File(FailedFile))
	if err != nil {
		return err
	}
	defer to.Discard()
	out := bufio.NewWriterSize(to, 256<<10)
	out.Write(header)
	err = rows(func(it job.Item, raw []byte) error {
		if d.done.has(it.Line) {
			return nil
		}
		_, err := out.Write(raw)
		return err
	})
	if err != nil {
		return err
	}
	if err := out.Flush(); err != nil {
		return err
	}
	return to.Commit()
}
