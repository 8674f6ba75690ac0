package run

import (
	"fmt"

	"meetbatch/internal/words"
)

// Guard refuses a plan that is not what the user can have meant.
func (p *Planned) Guard() error {
	s := p.Settings
	if !s.ExpectRows.contains(p.fileRows) {
		return refused(fmt.Errorf("%s: %s, and --expect-rows is %s", p.Input, words.Plural(p.fileRows, "row"), s.ExpectRows),
			"is this the right file, and whole?")
	}
	if s.MaxInvalid.Exceeded(p.InvalidRows, p.Rows) {
		return refused(fmt.Errorf("%s: %s of %s are invalid, and --max-invalid is %s", p.Input, words.Number(p.InvalidRows), words.Plural(p.Rows, "row"), s.MaxInvalid),
			"mend the rows, or send the others all the same with --max-invalid 100%")
	}
	return nil
}
