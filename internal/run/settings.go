package run

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"sync"

	"meetbatch/internal/meeting"
	"meetbatch/internal/sandbox"
	"meetbatch/internal/words"
	"meetbatch/job"
	"meetbatch/reader"
)

// Pacing is how fast a command speaks to the service.
type Pacing struct {
	Rate     job.Rates `offers:"auto,none" json:"rate" default:"100/1m" help:"Requests per time at most, several with commas between (100/1m,20000/1d); auto follows the service; none."`
	Workers  int       `json:"workers,string" default:"8" help:"Requests in flight at most."`
	Attempts int       `json:"attempts,string" default:"5" help:"Tries per request for what may pass by itself."`
	Timeout  Duration  `json:"timeout" default:"30s" help:"Of one request."`
}

// Site is which service a command speaks to, and as what.
type Site struct {
	AccountType string `json:"account-type,omitempty" default:"" enum:",0,1" placeholder:"0|1" help:"0 Meeting account, 1 third-party user ID (by sign-in: 1 with an App ID, else 0)."`
	Region      string `json:"region" default:"cn" enum:"cn,intl" help:"Which service: cn or intl."`
	Endpoint    string `json:"endpoint,omitempty" placeholder:"URL" help:"Another address of the service; plain http only on this machine."`
	Language    string `json:"language" default:"en-US" enum:"en-US,zh-CN" help:"Of the service's messages: en-US or zh-CN."`
}

// Access is how a command speaks to the service that only reads it. It is a part of a run's settings.
type Access struct {
	Pacing
	Site
	Rehearsing
}

// Rehearsing is whether a command speaks to a simulated service, and what that does.
type Rehearsing struct {
	Sandbox bool `json:"sandbox,string" help:"Run against a simulated service inside this process; nothing real is touched."`

	sandbox.Rehearsal `group:"rehearsal"`
}

// Settings say how a run goes. run.json holds them by their flags' names, each as a string or a list of strings, and
// the command line fills them: this declaration is the only one. What belongs to one process and not to the run, such
// as --yes and --until, is no part of them. The zero value lacks the defaults.
type Settings struct {
	Pacing
	Chunk         int       `json:"chunk,string" default:"100" help:"Entries per request, 1 to 100."`
	MaxFailures   job.Share `json:"max-failures" default:"50%" help:"Stop when so many of the settled rows failed: a number, or a share (5%, 5pct, 0.05), which counts from 1000 settled rows on."`
	MaxInvalid    Allowed   `json:"max-invalid" default:"10%" help:"Refuse the run before sending when more rows than that are invalid: a number, or a share (5%, 5pct, 0.05)."`
	ExpectRows    Range     `json:"expect-rows,omitzero" placeholder:"MIN..MAX" help:"Refuse the run before sending when the file has fewer or more rows."`
	Limit         Limit     `json:"limit,omitzero" placeholder:"N" help:"Only the first N rows."`
	Shard         job.Shard `json:"shard,omitzero" placeholder:"K/N" help:"Only the rows of every N-th account: shard K of N, each a run of its own, as on several machines; the file is read and guarded as a whole."`
	SkipSucceeded []string  `takes:"directory" offers:"last" json:"skip-succeeded" placeholder:"RUN_DIR" sep:";" help:"Do not send again what succeeded in that run, or in a later one beside it; last is the newest that came to its end where this one is put; repeatable, in the environment with semicolons between."`
	OnlyChanges   bool      `json:"only-changes,omitempty,string" name:"only-changes" help:"Read the service first, and send only the rows that are not as wanted yet."`
	MaxChanges    *Allowed  `json:"max-changes,omitempty" placeholder:"N|P%" help:"With --only-changes: refuse the run when it would change more of the file's rows than that."`
	Strict        bool      `json:"strict,omitempty,string" help:"With --only-changes: refuse the run when a row cannot be carried out as the service is."`
	Column        []string  `json:"column" placeholder:"FIELD=HEADER" sep:";" help:"Which column holds a field, by its header or as #1 by position; repeatable, in the environment with semicolons between."`
	AnyID         bool      `json:"any-id,string" name:"any-id" help:"Accept room IDs of any shape."`
	HeaderLine    Limit     `json:"header-line,omitzero" placeholder:"N" help:"Where the header row begins, when it cannot be found."`
	NoHeader      bool      `json:"no-header,omitempty,string" help:"The file has no header row: --column account=#1 says where a field stands."`
	Accept        []string  `offers:"encoding,placeholder,rounded,shape,spelling,unfinished" json:"accept,omitempty" placeholder:"KIND,…" help:"Doubts about the file that are none: encoding, placeholder, rounded, shape, spelling, unfinished."`
	Encoding      Encoding  `offers:"auto,utf-8,utf-16,gb18030,windows-1252,euc-kr,big5,shift-jis" json:"encoding" default:"auto" help:"Of the file: auto, utf-8, utf-16, gb18030 (gbk), windows-1252 (latin1), euc-kr (cp949), big5 or shift-jis (sjis)."`
	Delimiter     Delimiter `offers:"auto,tab,pipe" json:"delimiter" default:"auto" help:"Between the file's fields: auto, or one of , ; tab | (pipe)."`
	Site
	NoKeepInput bool `json:"no-keep-input,string" name:"no-keep-input" help:"Do not keep the input in the run directory: it must stay as it is to resume and verify the run."`

	Rehearsing

	// To is the value of every row, in the form that people use, for operations whose values are few. It is
	// declared for their commands alone.
	To string `json:"to,omitempty" kong:"-"`
}

// Check refuses settings that make no sense.
func (s *Settings) Check() error {
	switch {
	case s.Chunk < 1 || s.Chunk > job.MaxChunk:
		return fmt.Errorf("--chunk %d: not between 1 and %d", s.Chunk, job.MaxChunk)
	case s.HeaderLine > 0 && s.NoHeader:
		return errors.New("--header-line and --no-header contradict one another")
	case s.Shard.N > 0 && s.Limit > 0:
		return errors.New("--shard and --limit exclude one another: the one takes rows by their accounts, the other the first ones")
	case s.OnlyChanges && len(s.SkipSucceeded) > 0:
		return errors.New("--only-changes and --skip-succeeded exclude one another: the one goes by the service, the other by earlier runs")
	case !s.OnlyChanges && s.MaxChanges != nil:
		return errors.New("--max-changes: goes with --only-changes")
	case !s.OnlyChanges && s.Strict:
		return errors.New("--strict: goes with --only-changes")
	}
	access := s.Access()
	return access.Check()
}

// Access gives how the run speaks to the service.
func (s *Settings) Access() Access { return Access{s.Pacing, s.Site, s.Rehearsing} }

// Check refuses an access that makes no sense.
func (s *Access) Check() error {
	switch {
	case s.Workers < 1 || s.Workers > 1024:
		return fmt.Errorf("--workers %d: not between 1 and 1024", s.Workers)
	case s.Attempts < 1:
		return fmt.Errorf("--attempts %d: not 1 or more", s.Attempts)
	case s.Timeout.Duration <= 0:
		return fmt.Errorf("--timeout %s: not more than 0", s.Timeout)
	case s.Sandbox && s.Endpoint != "":
		return errors.New("--sandbox and --endpoint contradict one another")
	case !s.Sandbox && s.Rehearsal.Given() != "":
		return fmt.Errorf("--%s: is of the simulated service, and goes with --sandbox only", s.Rehearsal.Given())
	}
	return s.Rehearsal.Check()
}

// defaults gives the settings of a command line that says nothing, as the declaration has them.
func defaults() (s Settings) {
	said := map[string]string{}
	for field := range fields() {
		if value, has := field.Tag.Lookup("default"); has {
			name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
			said[name] = value
		}
	}
	text, err := json.Marshal(said)
	if err = cmp.Or(err, json.Unmarshal(text, &s)); err != nil {
		panic(err) // the declaration is wrong
	}
	return s
}

// stored reads settings from run.json. What is left out is at its default, unless the file is to have all settings that
// are always written. What no command line could have said is refused, since the file may have been changed by hand.
func stored(text []byte, op job.Operation, all bool) (s Settings, err error) {
	var each map[string]any
	if err := json.Unmarshal(text, &each); err != nil {
		return s, err
	}
	for name, value := range each {
		if value == nil {
			return s, fmt.Errorf("%s is null", name)
		}
	}
	for field := range fields() {
		name, rest, _ := strings.Cut(field.Tag.Get("json"), ",")
		if _, said := each[name]; all && !said && !strings.Contains(rest, "omit") {
			return s, fmt.Errorf("%s is missing", name)
		}
	}
	s = defaults()
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&s); err != nil {
		return s, err
	}
	return s, s.check(op)
}

func (s *Settings) check(op job.Operation) error {
	for field := range fields() {
		value := reflect.ValueOf(*s).FieldByIndex(field.Index)
		if allowed, has := field.Tag.Lookup("enum"); has && !slices.Contains(strings.Split(allowed, ","), value.String()) {
			name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
			return fmt.Errorf("%s is %q, and must be one of %s", name, value.String(), strings.TrimPrefix(allowed, ","))
		}
	}
	return cmp.Or(s.Check(), s.CheckFor(op))
}

// members are the settings as run.json has them.
func (s Settings) members() (each map[string]any) {
	text, err := json.Marshal(s)
	if err = cmp.Or(err, json.Unmarshal(text, &each)); err != nil {
		panic(err) // the declaration is wrong
	}
	return each
}

// fields are the settings, with those of the rehearsal among them.
func fields() iter.Seq[reflect.StructField] {
	all := reflect.VisibleFields(reflect.TypeFor[Settings]())
	return slices.Values(slices.DeleteFunc(all, func(f reflect.StructField) bool { return f.Anonymous }))
}

// CheckFor refuses settings that make no sense for an operation.
func (s *Settings) CheckFor(op job.Operation) error {
	for _, column := range s.Column {
		field, header, named := strings.Cut(column, "=")
		_, placed := reader.Position(header)
		switch {
		case !named:
			return &Error{Usage, fmt.Errorf("--column %s: not FIELD=HEADER", column), "FIELD is account or " + op.Column + ", HEADER a header of the file, or #1 for its first column"}
		case field != "account" && field != op.Column:
			return &Error{Usage, fmt.Errorf("--column %s: %s has no such field", field, op.Name), "the fields are account and " + op.Column}
		case numbered().MatchString(header) && !placed:
			return &Error{Usage, fmt.Errorf("--column %s: no column from #1 on", column), "the first column is #1"}
		}
	}
	if err := s.checkNoHeader(op); err != nil {
		return err
	}
	for _, kind := range s.Accept {
		if !slices.Contains(reader.Doubts, kind) {
			return &Error{Usage, fmt.Errorf("--accept %s: no kind of doubt", words.Quoted(kind)), "the kinds are " + strings.Join(reader.Doubts, ", ")}
		}
	}
	if _, known := op.ValueOf(s.To); s.To != "" && !known {
		var names, forms []string
		for _, v := range op.Values {
			names = append(names, v.Name)
			forms = append(forms, strings.Join(append([]string{v.Name, v.API}, v.Forms...), ", "))
		}
		return &Error{Usage, fmt.Errorf("--to %s: not %s", s.To, strings.Join(names, " or ")), "it takes what the column " + op.Column + " takes: " + strings.Join(forms, "; ")}
	}
	return nil
}

// numbered matches what names a column by its position, rightly or not.
var numbered = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^#-?[0-9]+$`) })

// checkNoHeader refuses a file without header of which nothing says where its fields stand.
func (s *Settings) checkNoHeader(op job.Operation) error {
	columns := s.columns()
	for i, field := range []string{"account", op.Column} {
		if _, placed := reader.Position(columns[field]); !s.NoHeader || placed || field == op.Column && s.To != "" {
			continue
		}
		example := fmt.Sprintf("--column %s=#%d", field, i+1)
		if field == op.Column && len(op.Values) > 0 {
			example += ", or one for all rows: --to " + op.Values[len(op.Values)-1].Name
		}
		return &Error{Usage, fmt.Errorf("--no-header: nothing says by its position where %s stands", field), "say it, such as " + example}
	}
	return nil
}

// Service is the address that requests go to, but for the sandbox.
func (s *Site) Service() string {
	if s.Endpoint != "" {
		return s.Endpoint
	}
	return meeting.Endpoint(s.Region)
}

// columns gives the headers by the fields that their columns hold.
func (s *Settings) columns() map[string]string {
	headers := map[string]string{}
	for _, column := range s.Column {
		field, header, _ := strings.Cut(column, "=")
		headers[field] = header
	}
	return headers
}

// CheckEndpoint refuses an address that credentials must not be sent to.
func (s *Site) CheckEndpoint() error {
	if _, err := meeting.CheckEndpoint(s.Service()); err != nil {
		return Refuse(err, "credentials go to https addresses only, or to a service on this machine")
	}
	return nil
}

// accountType is what AccountType says; 0 where it says nothing.
func (s *Site) accountType() int {
	if s.AccountType == "1" {
		return 1
	}
	return 0
}

// Changes are the settings that can be changed when a run goes on; nil leaves one as it was. A profile
// changes none of them, since a run has taken from it what it wanted (ofrun).
type Changes struct {
	Rate        *job.Rates `offers:"auto,none" ofrun:"" help:"Requests per time at most, auto or none; as in the run so far, where it is not given. The next four likewise."`
	Workers     *int       `ofrun:"" help:"Requests in flight at most."`
	Attempts    *int       `ofrun:"" help:"Tries per request for what may pass by itself."`
	Timeout     *Duration  `ofrun:"" help:"Of one request."`
	MaxFailures *job.Share `ofrun:"" help:"Stop when so many of the rows settled from now on failed."`
}

// Apply makes the changes.
func (c Changes) Apply(s *Settings) {
	set(&s.Rate, c.Rate)
	set(&s.Workers, c.Workers)
	set(&s.Attempts, c.Attempts)
	set(&s.Timeout, c.Timeout)
	set(&s.MaxFailures, c.MaxFailures)
}

func set[T any](to, from *T) {
	if from != nil {
		*to = *from
	}
}
