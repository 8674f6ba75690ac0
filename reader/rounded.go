package reader

import (
	"fmt"
	"slices"
	"strings"
)

// exactDigits is how many digits of a number a spreadsheet keeps; it puts zeros in place of the others.
const exactDigits = 15

// fewIDs is of how many IDs it is known whether they are new.
const fewIDs = 16

// rounding finds out whether numbers of more than exactDigits were in a spreadsheet. It holds no more than a few of them.
type rounding struct {
	numbers, rounded int      // different ones; as soon as there are many, all of them
	zeros            int      // that stand where a spreadsheet puts them, in those that count as rounded
	known            []string // the first different ones

	rows   Note // with a rounded one
	sample string
}

// add takes the next ID of a column.
func (z *rounding) add(line int64, id string) {
	if len(id) <= exactDigits {
		return
	}
	for i := range len(id) { // hardly any goes beyond a few characters
		if id[i] < '0' || id[i] > '9' {
			return
		}
	}
	isRounded := strings.Trim(id[exactDigits:], "0") == ""
	if isRounded {
		z.rows.Add(line)
	}
	if len(z.known) < fewIDs {
		if slices.Contains(z.known, id) {
			return
		}
		z.known = append(z.known, strings.Clone(id))
	}
	z.numbers++
	if !isRounded {
		return
	}
	z.rounded++
	z.zeros += len(id) - exactDigits
	if z.sample == "" {
		z.sample = strings.Clone(id)
	}
}

// found tells whether most of the numbers are rounded, and that is no chance. One digit is a zero by chance in one of 10
// numbers, so that z zeros in n numbers that all have them are by chance in one of 10^z inputs: two numbers of 16 digits in
// one of 100, two of 19 in one of 100 million. Where some of the n have none, there are less than 2^n choices of those that
// have. Less than one in 1,000 counts, and one number alone never.
func (z *rounding) found() bool {
	digits := float64(z.zeros)
	if z.rounded < z.numbers {
		digits -= 0.30103 * float64(z.numbers)
	}
	return z.rounded > 1 && 2*z.rounded > z.numbers && digits >= 3
}

// notes tells of a column whose numbers were rounded.
func (z *rounding) notes(field string) []Note {
	if !z.found() {
		return nil
	}
	z.rows.Doubt = DoubtRounded
	z.rows.Text = fmt.Sprintf("%s was rounded to %d digits by a spreadsheet, as it ends in zeros from there on, such as %s", field, exactDigits, z.sample)
	return []Note{z.rows}
}
