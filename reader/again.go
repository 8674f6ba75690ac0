package reader

import (
	"bytes"
	"slices"
	"strings"
	"sync"

	"meetbatch/job"
)

// commonHeaders are those of columns that nobody asks for, as exports have them.
var commonHeaders = []string{"name", "user name", "username", "email", "e-mail", "mail", "department", "dept", "phone", "mobile", "status", "role",
	"no.", "vmr_name", "姓名", "部门", "邮箱", "手机", "手机号", "电话", "状态", "角色", "序号"}

// loneHeaders are headers that a column of accounts may have alone. Among other cells words of nothing but letters are what
// rows hold, too: user, mail.
var loneHeaders = headerWordsOf(append(commonHeaders, "full name", "display name", "room id", "user", "users", "accounts", "account name", "account id", "account no.", "login", "login name", "logon name", "loginid", "uid", "userid", "user id",
	"email address", "e-mail address", "mail address", "samaccountname", "userprincipalname", "upn", "employee id", "member", "members", "phone number", "mobile number",
	"用户", "用户名", "用户账号", "用户帐号", "用户id", "登录名", "登录账号", "登录帐号", "登陆账号", "账户", "帐户", "账户名", "账号名", "账号名称", "帐号名称", "工号", "员工号", "员工工号", "人员", "成员", "名称", "邮件", "邮箱地址", "电子邮箱", "电子邮件", "手机号码", "联系电话"))

// otherHeaders are those of tables of something else than accounts, which stand below one sometimes.
var otherHeaders = headerWordsOf([]string{"department", "dept", "dept.", "team", "group", "unit", "division", "section", "branch", "location", "place", "site", "office", "city", "country", "region", "building", "floor",
	"room", "rooms", "cost center", "cost centre", "project", "category", "type", "class", "level", "head", "manager", "leader", "lead", "owner", "supervisor", "head of department", "title", "position",
	"date", "month", "year", "count", "number", "quantity", "amount", "value", "key", "field", "item", "reason", "comment", "comments", "description", "remark", "remarks", "note", "notes", "abteilung", "leiter", "anzahl", "standort", "grund",
	"部门", "部门名称", "团队", "小组", "分组", "组别", "单位", "公司", "地区", "区域", "城市", "地点", "楼层", "会议室", "日期", "时间", "月份", "年份", "数量", "人数", "金额", "负责人", "经理", "主管", "领导", "职位", "职务", "岗位", "类型", "类别", "项目", "原因", "说明", "备注", "描述", "字段", "内容"})

// headerWordsOf makes a set of words, also as programs write those that have blanks, when it is needed first.
func headerWordsOf(words []string) func() *headerWords {
	return sync.OnceValue(func() *headerWords { return newHeaderWords(spelled(words)) })
}

// spelled adds how programs write words that have blanks: user_name, user-name.
func spelled(words []string) []string {
	for _, w := range words {
		if strings.Contains(w, " ") {
			words = append(words, strings.ReplaceAll(w, " ", "_"), strings.ReplaceAll(w, " ", "-"))
		}
	}
	return words
}

// headerWords are the texts that a header may consist of, folded: a row of them is a header.
type headerWords struct {
	known   map[string]bool
	ends    [256]uint64 // with which bytes they end that begin with a byte, case and some others aside, and how long they can be: for speed only
	longest int
}

// headersOf are the words of a table's header row, and those of other exports.
func headersOf(cells []string, op job.Operation) *headerWords {
	return newHeaderWords(slices.Concat(cells, fieldOf("account").allHeaders(), fieldOf(op.Column).allHeaders(), commonHeaders))
}

func newHeaderWords(words []string) *headerWords {
	w := &headerWords{known: map[string]bool{}}
	for _, c := range words {
		folded := fold(c)
		if folded == "" {
			continue
		}
		w.known[folded] = true
		for _, c := range []string{c, folded, strings.ToUpper(folded)} {
			if c = trim(c); c != "" {
				w.ends[c[0]|0x20] |= 1 << ((c[len(c)-1] | 0x20) & 63)
				w.longest = max(w.longest, len(c)+8) // blanks
			}
		}
	}
	return w
}

func (w *headerWords) has(text string) bool {
	n := len(text)
	return n > 0 && n <= w.longest && w.ends[text[0]|0x20]>>((text[n-1]|0x20)&63)&1 != 0 && strings.IndexByte(text, '@') < 0 && w.known[fold(text)]
}

// What is told of the header once more, as exports have it that were put behind each other: it is no row.
const leftOutAgain = "left out, as the header stands there once more"

// checkHeader finds a header below the first. The same once more is no row that could be sent; any other begins another
// table, whose columns are not known.
func (r *Reader) checkHeader(row *tailRow) error {
	it := &row.item
	if r.signs&at != 0 && (r.at.value < 0 || !r.words.has(it.Value)) { // for speed only: no header has an @
		return nil
	}
	if loneHeaders().has(it.Account) && (!isPlainWord(it.Account) || r.isAlone()) && !isOneOf(it.Account, fieldOf("account").allHeaders()) {
		doubt(it, DoubtShape, "this is how a column is headed, and stands among its rows")
	}
	known := r.words.has(strings.TrimPrefix(it.Account, byteOrderMark)) || r.at.value >= 0 && r.words.has(it.Value)
	if !known && !otherHeaders().has(it.Account) {
		return nil
	}
	cells, words := r.allCells(), map[string]bool{}
	for _, c := range cells {
		if r.words.has(trim(c)) {
			words[fold(c)] = true
		}
	}
	switch isAccount := isOneOf(it.Account, fieldOf("account").allHeaders()); {
	case r.isHeader(cells),
		r.headerLine > 0 && isAccount && countFilled(cells) == 1:
		row.sort = again
	case len(words) > 1, isAccount:
		e := &Error{File: r.name, Line: it.Line, Reason: "a second header stands here, and not the first one again: " + list(cells), Try: "make two files of it, one for each header"}
		if r.headerLine == 0 {
			e.Reason, e.Try = "a header stands here, and there is to be none: "+list(cells), "leave "+r.opts.Say("no-header", "")+" away, or the line"
		}
		return e
	case r.headsOthers(it, cells):
		doubt(it, DoubtShape, headsOthers)
	}
	return nil
}

// headsOthers is told of a header of something else than accounts.
const headsOthers = "this reads like the header of another table"

// headsOthers tells whether cells, of which one is how a column is headed, are the header of a table of something else than
// accounts: another one is, too, or no account before was like this one. Headers are words, and each is another one.
func (r *Reader) headsOthers(it *job.Item, cells []string) bool {
	seen, known, others := map[string]bool{}, 0, 0
	for _, c := range cells {
		c = trim(c)
		if c == "" {
			continue
		}
		if seen[fold(c)] || strings.ContainsAny(c, "0123456789@") {
			return false
		}
		seen[fold(c)] = true
		if other := otherHeaders().has(c); other || r.words.has(c) {
			known++
			if other {
				others++
			}
		}
	}
	return len(seen) > 1 && (known > 1 && others > 0 || r.isNewKind(it))
}

// isNewKind tells whether an account is of another kind than all before: a word below addresses or numbers.
func (r *Reader) isNewKind(it *job.Item) bool {
	return r.rowsRead > 0 && r.at.value < 0 && shapeOf(it.Account)&^r.seen&(isAddress|isNumber|isWord|isOther) != 0
}

// isHeader tells whether cells are those of the header.
func (r *Reader) isHeader(cells []string) bool {
	for i := range max(len(cells), len(r.cells)) {
		if fold(fieldAt(cells, i)) != fold(fieldAt(r.cells, i)) {
			return false
		}
	}
	return r.headerLine > 0
}

// byteOrderMark is that of UTF-8, which stands between inputs that were put behind each other.
const byteOrderMark = "\uFEFF"

// isHeaderBehindMark tells whether the last row, which cannot be parsed, is the header in quotes behind a byte order mark.
func (r *Reader) isHeaderBehindMark() bool {
	if !bytes.HasPrefix(r.raw, []byte(byteOrderMark)) {
		return false
	}
	cells, err := r.reparse(r.raw[len(byteOrderMark):], false)
	return err == nil && r.isHeader(cells)
}

// holdAbove decides what the rows are that are held back, below which the header stands once more: what stood above the first
// one as well is a title, and others may be one.
func (r *Reader) holdAbove(line int64) {
	kept := r.tail.rows[:0]
	for i, row := range r.tail.rows {
		text := strings.TrimSpace(string(row.raw))
		switch {
		case text != "" && strings.Contains("\n"+r.above, "\n"+text+"\n"):
			r.leaveOut(leftOutAbove, &row)
			continue
		case row.sort == total:
			r.leaveOut(leftOutBelow, &row)
			continue
		case row.sort != aside || row.apart || i == len(r.tail.rows)-1:
			doubt(&row.item, DoubtShape, "this stands above the header once more, and may be a title")
		}
		kept = append(kept, row)
	}
	r.tail.rows, r.tail.ready = kept, len(kept)
	r.note(Note{Text: leftOutAgain}, line)
}

// allHeaders are those of either account type.
func (f field) allHeaders() []string {
	return slices.Concat(f.headers, f.byType)
}
