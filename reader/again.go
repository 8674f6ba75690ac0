package reader

import (
	"strings"

	"meetbatch/job"
)

// commonHeaders are those of columns that nobody asks for, as exports have them.
var commonHeaders = []string{"name", "user name", "username", "email", "e-mail", "mail", "department", "dept", "phone", "mobile", "status", "role",
	"no.", "vmr_name", "姓名", "部门", "邮箱", "手机", "手机号", "电话", "状态", "角色", "序号"}

// headerWords are the texts that a header may consist of, folded: a row of them is a header.
type headerWords struct {
	known   map[string]bool
	begin   [256]bool // with which bytes they begin and end, and how long they can be: for speed only
	end     [256]bool
	longest int
}

func newHeaderWords(cells []string, op job.Operation) headerWords {
	w := headerWords{known: map[string]bool{}}
	for _, name := range []string{"account", op.Column} {
		f := fieldOf(name)
		cells = append(append(cells[:len(cells):len(cells)], f.headers...), f.byType...)
	}
	for _, c := range append(cells, commonHeaders...) {
		folded := fold(c)
		if folded == "" {
			continue
		}
		w.known[folded] = true
		for _, c := range []string{c, folded, strings.ToUpper(folded)} {
			if c = trim(c); c != "" {
				w.begin[c[0]], w.end[c[len(c)-1]] = true, true
				w.longest = max(w.longest, len(c)+8) // blanks
			}
		}
	}
	return w
}

func (w *headerWords) has(text string) bool {
	n := len(text)
	return n > 0 && n <= w.longest && w.begin[text[0]] && w.end[text[n-1]] && strings.IndexByte(text, '@') < 0 && w.known[fold(text)]
}

// checkHeader finds a header below the first. The same once more is no row that could be sent; any other begins another
// table, whose columns are not known.
func (r *Reader) checkHeader(it *job.Item) error {
	if !r.words.has(it.Account) && (r.at.value < 0 || !r.words.has(it.Value)) {
		return nil
	}
	cells, words := r.allCells(), map[string]bool{}
	for _, c := range cells {
		if r.words.has(trim(c)) {
			words[fold(c)] = true
		}
	}
	same := true
	for i := range max(len(cells), len(r.cells)) {
		same = same && fold(fieldAt(cells, i)) == fold(fieldAt(r.cells, i))
	}
	switch isAccount := isOneOf(it.Account, fieldOf("account").allHeaders()); {
	case r.headerLine > 0 && same,
		r.headerLine > 0 && isAccount && countFilled(cells) == 1:
		it.Invalid, it.Detail, it.Warning, it.Doubt = "the header stands here once more", "", "", ""
	case len(words) > 1, isAccount:
		e := &Error{File: r.name, Line: it.Line, Reason: "a second header stands here, and not the first one again: " + list(cells), Try: "make two files of it, one for each header"}
		if r.headerLine == 0 {
			e.Reason, e.Try = "a header stands here, and there is to be none: "+list(cells), "leave "+r.opts.Say("no-header", "")+" away, or the line"
		}
		return e
	}
	return nil
}

// allHeaders are those of either account type.
func (f field) allHeaders() []string {
	return append(f.headers[:len(f.headers):len(f.headers)], f.byType...)
}
