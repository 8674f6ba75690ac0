// Package page makes report.html: a run on one page for people, which loads nothing and sends nothing. It is made from
// the run's directory, of whatever state, in memory that does not depend on how many rows there are.
//
// books (rows.go) are what results.csv says, timeline (timeline.go) is what the journal says, chart (chart.go) is how that
// is drawn, and say.go words what they come to. page.html is the template, with page.css and page.js.
package page

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html/template"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"meetbatch/internal/words"
	"meetbatch/job"
	"meetbatch/report"
)

// Begins is how every page begins.
const Begins = "<!DOCTYPE html>"

// Of says of which run the page is.
type Of struct {
	Dir       string // as it is to be named
	Operation job.Operation
	Run       report.Run
	Life      report.Life
	Defaults  json.RawMessage // of the settings, as run.json has them; nil where they are not known
	Next      string          // the next command; may be empty
	NoRows    bool            // leaves out accounts and rooms, and what the service said, which may name them
	Now       time.Time       // in the zone in which times are shown
}

// page is what the template is given.
type page struct {
	Of
	CSS      template.CSS
	JS       template.JS
	books    *books
	timeline *timeline
	Chart    *chart // nil where nothing was sent

	days  bool  // times are of more than one day
	Shown int64 // rows that did not succeed
}

var (
	//go:embed page.css
	css string
	//go:embed page.js
	js string
	//go:embed page.html
	text string
)

// most is how many bytes the page has at most.
const most = 298_000

// pages is read when the first page is written: most commands write none.
var pages = sync.OnceValue(func() *template.Template {
	return template.Must(template.New("page").Funcs(template.FuncMap{
		"show":   shown,
		"n":      words.Number,
		"share":  share,
		"length": length,
		"size":   size,
		"rows":   rows,
		"x":      func(x float64) string { return number(x / chartWidth * 100) },
		"u":      number,
		"add":    func(a, b float64) float64 { return a + b },
		"lane":   func(i int) float64 { return float64(206 + 16*i) },
	}).Parse(text))
})

// Write writes the page. An error is that of a directory that cannot be read, or of w.
func Write(w io.Writer, of Of) error {
	of.Next = words.Shown(of.Next)
	p := &page{Of: of, CSS: template.CSS(css), JS: template.JS(js)}
	if err := p.read(); err != nil {
		return err
	}
	p.days = p.Run.Start.In(of.Now.Location()).YearDay() != p.till().In(of.Now.Location()).YearDay()
	p.Chart = p.chart()
	var top, table, end bytes.Buffer
	if err := pages().ExecuteTemplate(&top, "top", p); err != nil {
		return err
	}
	if err := pages().ExecuteTemplate(&end, "end", p); err != nil {
		return err
	}
	if err := p.writeRows(&table, most-top.Len()-end.Len()); err != nil {
		return err
	}
	_, err := io.Copy(w, io.MultiReader(&top, &table, &end))
	return err
}

// read reads the tables, both at the same time: each takes about as long as the other.
func (p *page) read() error {
	p.books = &books{op: p.Operation, noRows: p.NoRows, groups: map[kind]*group{}, failed: first{n: shownRows}, invalid: first{n: shownRows}}
	p.timeline = newTimeline(p.sessions(), p.heard())
	var reading errgroup.Group
	reading.Go(func() error {
		for r, err := range report.Results(p.Dir, p.Operation, nil) {
			if err != nil {
				return err
			}
			p.books.take(&r)
		}
		return nil
	})
	reading.Go(func() error {
		for e, err := range report.Events(p.Dir) {
			if err != nil {
				return err
			}
			p.timeline.take(&e)
		}
		return nil
	})
	return reading.Wait()
}

// sessions are those that run.json names; in version 0.1 one that took as long as the run.
func (p *page) sessions() []report.Session {
	if len(p.Run.Sessions) > 0 || p.Run.Schema > 0 {
		return p.Run.Sessions
	}
	return []report.Session{{Start: p.Run.Start, End: p.Run.End, Rate: p.Run.Rate.Asked, Requests: p.Run.Requests.Sent, Settled: p.Run.Counts.Rows}}
}

// heard is when the run was heard of last.
func (p *page) heard() time.Time {
	if p.Life == report.UnderWay {
		return p.Now
	}
	return p.Run.Seen()
}

// writeRows writes the rows that did not succeed, as many as there is room for.
func (p *page) writeRows(to *bytes.Buffer, room int) error {
	if p.Left() == 0 || p.NoRows {
		return nil
	}
	var body bytes.Buffer
	failed, invalid := p.books.failed.cut(), p.books.invalid.cut()
	invalid = invalid[:min(len(invalid), shownRows-len(failed))]
	for _, part := range [][]report.Result{failed, invalid} {
		for i := range part {
			before := body.Len()
			if err := pages().ExecuteTemplate(&body, "row", p.row(&part[i])); err != nil {
				return err
			}
			if body.Len() > room-2000 { // which the heading takes, and more
				body.Truncate(before)
				break
			}
			p.Shown++
		}
	}
	if err := pages().ExecuteTemplate(to, "rows", p); err != nil {
		return err
	}
	to.Write(body.Bytes())
	return pages().ExecuteTemplate(to, "rowsEnd", p)
}

// A row is one that did not succeed, in the words of the page.
type row struct {
	report.Result
	Code string
	Bad  bool // it was sent
	At   string
}

func (p *page) row(r *report.Result) row {
	one := row{Result: *r, Code: shortened(r.ErrorCode, 40), Bad: r.Status != job.Invalid, At: p.At(r.FinishedAt)}
	if one.Code == "" && r.HTTPStatus != 0 {
		one.Code = fmt.Sprintf("HTTP %d", r.HTTPStatus)
	}
	return one
}

// Hash is what allows the page its own style or script, and no other.
func (p *page) Hash(text any) string {
	sum := sha256.Sum256([]byte(fmt.Sprint(text)))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

// A setting is one with its value, and what it would be by default.
type setting struct{ Name, Value, Default string }

// Settings lists those that differ from their defaults, or else those that do not. Where these are not known, all differ.
func (p *page) Settings(differ bool) (list []setting) {
	for _, s := range p.settings() {
		if (s.Value != s.Default) == differ {
			list = append(list, s)
		}
	}
	return list
}

func (p *page) settings() (list []setting) {
	values, defaults := map[string]any{}, map[string]any{}
	json.Unmarshal(p.Run.Settings, &values) // what cannot be read has been refused before
	json.Unmarshal(p.Defaults, &defaults)
	for _, name := range slices.Sorted(maps.Keys(values)) {
		list = append(list, setting{name, shortened(valueText(values[name]), 200), valueText(defaults[name])})
	}
	return list
}

func valueText(value any) string {
	switch v := value.(type) {
	case string:
		return v
	case []any:
		var all []string
		for _, one := range v {
			all = append(all, fmt.Sprint(one))
		}
		return strings.Join(all, "; ")
	}
	return ""
}

// A file is one of the directory.
type file struct {
	Name, Holds string
	Size        int64
}

// Files lists those that are there.
func (p *page) Files() (files []file) {
	for _, f := range []file{
		{Name: report.ResultsFile, Holds: "a line for each row that is settled, with its fate"},
		{Name: report.RequestsFile, Holds: "the journal: each request before it went, and after"},
		{Name: report.FailedFile, Holds: "the rows that did not succeed, as they stood in the input"},
		{Name: report.BeforeFile, Holds: "what was so of the rows before the run"},
		{Name: report.RunFile, Holds: "settings, counts, sessions; for programs"},
		{Name: report.InputFile, Holds: "the input as it was read, packed"},
	} {
		if info, err := os.Stat(filepath.Join(p.Dir, f.Name)); err == nil {
			f.Size = info.Size()
			files = append(files, f)
		}
	}
	return files
}
