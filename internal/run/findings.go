package run

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"meetbatch/internal/words"
	"meetbatch/job"
	"meetbatch/job/plan"
	"meetbatch/reader"
)

// Findings are what is wrong or doubtful about an input, so that a plan can tell it in a few lines.
type Findings struct {
	Notes  []reader.Note  // about the input beside its rows
	Kinds  []*reader.Note // about rows, by doubt and words
	byWhat map[string]*reader.Note
}

// warn tells of a row of an operation with a column.
func (f *Findings) warn(it job.Item, column string) {
	switch {
	case it.Warning == "":
	case it.Doubt != "": // it is not sent unless somebody says so
		kind := f.add(it.Doubt, it.Warning, it.Line)
		if kind.Sample = cmp.Or(kind.Sample, it.Account); kind.Count == 1 && strings.HasPrefix(it.Warning, column) {
			kind.Sample = it.Value
		}
	default:
		f.add("", it.Warning+", sent all the same", it.Line)
	}
}

// spelled tells of accounts in several spellings.
func (f *Findings) spelled(s plan.Spellings, how string) {
	note := reader.Note{Doubt: reader.DoubtSpelling, Count: s.Accounts}
	for _, one := range s.First {
		note.Lines = append(note.Lines, one.Line)
	}
	if s.Accounts > 0 {
		note.Text = fmt.Sprintf("one account in two spellings%s, such as %q and %q", how, s.First[0].Account, s.First[0].Other)
		f.Notes = append(f.Notes, note)
	}
}

// Invalid is what the text of a finding begins with that is about invalid rows; the reason follows.
const Invalid = "invalid: "

func (f *Findings) invalid(it job.Item) { f.add("", Invalid+it.Invalid, it.Line) }

func (f *Findings) add(doubt, text string, line int64) *reader.Note {
	what := doubt + ": " + text
	kind := f.byWhat[what]
	if kind == nil {
		kind = &reader.Note{Doubt: doubt, Text: text}
		if f.byWhat == nil {
			f.byWhat = map[string]*reader.Note{}
		}
		f.byWhat[what] = kind
		f.Kinds = append(f.Kinds, kind)
	}
	kind.Add(line)
	return kind
}

// Doubt is what is neither plainly right nor plainly wrong about an input, of one kind.
type Doubt struct {
	Kind string // one of the reader's
	Rows int64  // 0: the input as a whole is meant
}

// String names the kind and how many rows are of it.
func (d Doubt) String() string {
	if d.Rows == 0 {
		return d.Kind
	}
	return fmt.Sprintf("%s (%s)", d.Kind, words.Plural(d.Rows, "row"))
}

// Doubts are those that nobody has lifted, as the reader orders its kinds. A run that has begun to send has none any more.
func (p *Planned) Doubts() (doubts []Doubt) {
	if p.begun {
		return nil
	}
	rows := map[string]int64{}
	for _, note := range p.Findings.Notes {
		rows[note.Doubt] += note.Count
	}
	for _, kind := range p.Findings.Kinds {
		rows[kind.Doubt] += kind.Count
	}
	for _, kind := range reader.Doubts {
		if n, found := rows[kind]; found && !slices.Contains(p.Settings.Accept, kind) {
			doubts = append(doubts, Doubt{kind, n})
		}
	}
	return doubts
}

// DoubtsText names doubts in a message.
func DoubtsText(doubts []Doubt) string {
	var all []string
	for _, d := range doubts {
		all = append(all, d.String())
	}
	return strings.Join(all, ", ")
}

// RefuseDoubts refuses a plan that somebody would have to be asked about, where nobody is.
func (p *Planned) RefuseDoubts() error {
	doubts := p.Doubts()
	if len(doubts) == 0 {
		return nil
	}
	var kinds []string
	hint := "look at the file; if it is"
	for _, d := range doubts {
		kinds = append(kinds, d.Kind)
		if d.Rows > 0 {
			hint = "look at the rows named above; if they are"
		}
	}
	hint += " right: "
	if p.again { // resume takes no such flag
		hint += "begin a new run with "
	}
	hint += "--accept " + strings.Join(kinds, ",")
	isGuess := func(n reader.Note) bool { return n.Doubt == reader.DoubtEncoding }
	if slices.Contains(kinds, reader.DoubtEncoding) && slices.ContainsFunc(p.Findings.Notes, isGuess) { // rows are in doubt for what they hold
		hint += "; or name the encoding with --encoding"
	}
	return Refuse(errors.New(p.Input+": in doubt, and nobody is asked: "+DoubtsText(doubts)), hint)
}

// Guard refuses a plan that is not what the user can have meant, before the run begins to send.
func (p *Planned) Guard() error {
	s := p.Settings
	if p.begun {
		return nil
	}
	if p.fileRows == 0 && s.NoHeader {
		return Refuse(fmt.Errorf("%s: no rows, and with --no-header no header either", p.Input), "is its export finished?")
	}
	if !s.ExpectRows.contains(p.fileRows) {
		return Refuse(fmt.Errorf("%s: %s, and --expect-rows is %s", p.Input, words.Plural(p.fileRows, "row"), s.ExpectRows),
			"is this the right file, and whole?")
	}
	if invalid, rows := p.InvalidRows+p.Elsewhere.InvalidRows-p.Impossible, p.Rows+p.Elsewhere.Rows; s.MaxInvalid.Exceeded(invalid, rows) {
		where := ""
		if n := p.Elsewhere.InvalidRows; n > 0 {
			where = fmt.Sprintf(" (%s of them in other shards, which name them)", words.Number(n))
		}
		return Refuse(fmt.Errorf("%s: %s of %s are invalid%s, and --max-invalid is %s", p.Input, words.Number(invalid), words.Plural(rows, "row"), where, s.MaxInvalid),
			"mend the rows, or send the others all the same with --max-invalid 100%")
	}
	return p.guardChanges()
}
