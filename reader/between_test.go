package reader_test

import (
	"fmt"
	"strings"
	"testing"

	"meetbatch/job"
	"meetbatch/reader"
)

// several is a table of several columns, of whose rows each has more than an account.
const several = "account,name,dept\na1,Al,IT\nb1,Bo,HR\n"

// disabled reads accounts that are to be disabled, with what is told of each.
func disabled(t *testing.T, input string) string {
	t.Helper()
	got, err := told(input, job.SetStatus, reader.Options{Value: "1"})
	if err != nil {
		return err.Error()
	}
	return got
}

// TestFewRows: what stands below a table is told also where that has no more than two rows, or none.
func TestFewRows(t *testing.T) {
	t.Parallel()
	for _, rows := range []string{"", "a1\n", "a1\nb1\n", "a1\nb1\nc1\n"} {
		for _, footer := range []string{`\.`, "以下空白", "本页以下空白", "}", "];", "(以下无正文)", "-- 以下空白 --", "(3 rows)", "Total: 3", "*** End of report ***", "No records found.", "暂无数据", "```", "合计5人", "总计：5名", "共计5人", "人数：5", "总人数 5"} {
			if got := disabled(t, "account\n"+rows+footer+"\n"); strings.Contains(got, footer) || !strings.Contains(got, "; 1 [") {
				t.Errorf("%q below %q: %s", footer, rows, got)
			}
		}
		for _, footer := range []string{"Confidential", "CONFIDENTIAL", "机密", "内部资料", "Internal use only", "Page 1 of 1", "第 1 页 共 2 页", "第1页", "制表人：张伟", "Printed by admin on Monday", "备注", "(Restricted)", "以上", "以上人员", "人数", "总人数", "合计人数"} {
			if got := disabled(t, "account\n"+rows+footer+"\n"); !strings.Contains(got, footer+"?shape") && !strings.Contains(got, "; 1 [") {
				t.Errorf("%q below %q: %s", footer, rows, got)
			}
		}
	}
}

// TestUnlike: last rows that are unlike all others are told, whatever they say.
func TestUnlike(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ input, want string }{
		"one cell below several":            {several + "Weekly,,\n", "1: 2 a1 3 b1 4 Weekly?shape"},
		"one cell without delimiters":       {several + "Weekly\n", "1: 2 a1 3 b1 4 Weekly?shape"},
		"one cell below one row":            {"account,name,dept\na1,Al,IT\nWeekly,,\n", "1: 2 a1 3 Weekly?shape"},
		"half of the cells":                 {"account,name,dept,x\na1,Al,IT,1\nb1,Bo,HR,2\nWeekly,,HR,\n", "1: 2 a1 3 b1 4 Weekly?shape"},
		"two such rows":                     {several + "Weekly,,\nBiannual,,\n", "1: 2 a1 3 b1 4 Weekly?shape 5 Biannual?shape"},
		"one cell, as others":               {"account,name\na1,Al\nb1,\nc1,Cy\nd1,\n", "1: 2 a1 3 b1 4 c1 5 d1"},
		"an address without its name":       {"account,name\na@x.example,Al\nb@x.example,Bo\nc@x.example,\n", "1: 2 a@x.example 3 b@x.example 4 c@x.example"},
		"a dotted word, as all are":         {"account,name\na.b,Anna\nc.d,Carl\ne.f,Emil\ng.h,\n", "1: 2 a.b 3 c.d 4 e.f 5 g.h"},
		"a letter and digits, as all are":   {"no|account|since|dept\n1|z00837947|2026-03-01|人事\n0|z00926804||\n", "1: 2 z00837947 3 z00926804"},
		"as many digits as others":          {"account,name\n41211,Al\n41212,Bo\n41213,\n", "1: 2 41211 3 41212 4 41213"},
		"more digits than others":           {"account,name\n41211,Al\n41212,Bo\n824231,\n", "1: 2 41211 3 41212 4 824231?shape"},
		"a plain word, as all are":          {"account,name\nanna,Al\nbert,Bo\nweekly,\n", "1: 2 anna 3 bert 4 weekly?shape"},
		"a cell less":                       {several + "c1,Cy,\n", "1: 2 a1 3 b1 4 c1"},
		"one cell in quotes":                {several + "\"Weekly\",\"\",\"\"\n", "1: 2 a1 3 b1 4 Weekly?shape"},
		"Chinese below others":              {"account\na1\nb1\nc1\n谨慎\n", "1: 2 a1 3 b1 4 c1 5 谨慎?shape"},
		"a word below numbers":              {"account\n13900000011\n13900000012\n13900000013\nWeekly\n", "1: 2 13900000011 3 13900000012 4 13900000013 5 Weekly?shape"},
		"a word below addresses":            {"account\na@x.example\nb@x.example\nc@x.example\nWeekly\n", "1: 2 a@x.example 3 b@x.example 4 c@x.example 5 Weekly?shape"},
		"a capital word below small ones":   {"account\n" + strings.Repeat("liwei\n", 8) + "Weekly\n", "1:" + lines("liwei", 2, 9) + " 10 Weekly?shape"},
		"a word below words with digits":    {"account\n" + strings.Repeat("li1\n", 8) + "weekly\n", "1:" + lines("li1", 2, 9) + " 10 weekly?shape"},
		"a capital word behind a blank":     {"account\na1\nb1\n\nWeekly\n", "1: 2 a1 3 b1 5 Weekly?shape"},
		"another account behind a blank":    {"account\na1\nb1\n\nc1\n", "1: 2 a1 3 b1 5 c1"},
		"few words":                         {"account\nliwei\nwanghao\nZhaolei\n", "1: 2 liwei 3 wanghao 4 Zhaolei"},
		"a word with a digit below words":   {"account\n" + strings.Repeat("liwei\n", 8) + "svc1\n", "1:" + lines("liwei", 2, 9) + " 10 svc1"},
		"an only account":                   {"account\nZhang San\n", "1: 2 Zhang San"},
		"a number with zeros":               {"account\n13900000011\n13900000012\n00002\n", "1: 2 13900000011 3 13900000012 4 00002?shape"},
		"a number that counts the only one": {"account\na1\n1\n", "1: 2 a1 3 1?shape"},
	} {
		if got := disabled(t, test.input); got != test.want {
			t.Errorf("%s: %s\nwant %s", name, got, test.want)
		}
	}
	for name, test := range map[string]struct{ input, want string }{
		"no room at the end":        {"account,vmr_id\n" + twoRooms + "Printed,admin\n", "1: 2 a@x.example 3 b@x.example 4 Printed?shape"},
		"no room at the beginning":  {"account,vmr_id\nUser login,Room identifier\n" + twoRooms, "1: 2 User login?shape 3 a@x.example 4 b@x.example"},
		"rooms of another shape":    {"account,vmr_id\n" + twoRooms + "c,missing03\n", "1: 2 a@x.example 3 b@x.example 4 c"},
		"no room between":           {"account,vmr_id\na@x.example,ff8080816b9ec3ab016ba125aca20001\nApproved,Zhang\nb@x.example,ff8080816b9ec3ab016ba125aca20001\n", "1: 2 a@x.example 3 Approved?shape 4 b@x.example"},
		"an address without a room": {"account,vmr_id\n" + twoRooms + "c@x.example,missing\n", "1: 2 a@x.example 3 b@x.example 4 c@x.example"},
		"no rooms at all":           {"account,vmr_id\na,x\nb,y\n", "1: 2 a 3 b"},
		"no room among rooms":       {"account,vmr_id\na,x\nb,y\n" + twoRooms + "c,z\n", "1: 2 a 3 b 4 a@x.example 5 b@x.example 6 c"},
	} {
		got, err := told(test.input, job.Reclaim, reader.Options{})
		if err != nil || got != test.want {
			t.Errorf("%s: %s %v\nwant %s", name, got, err, test.want)
		}
	}
}

// TestOnlyRow: an only row has no others that it could be unlike.
func TestOnlyRow(t *testing.T) {
	t.Parallel()
	for _, input := range []string{"account,note\n4121,合计\n", "account\n备注\n"} {
		r, err := reader.New(strings.NewReader(input), "in.csv", job.SetStatus, reader.Options{Value: "1"})
		if err != nil {
			t.Fatal(err)
		}
		if it, err := r.Read(); err != nil || it.Doubt != reader.DoubtShape || strings.Contains(it.Warning, "others") {
			t.Errorf("%q: %+v %v", input, it, err)
		}
	}
}

// TestBetween: what stands between the rows of a table and is none is told.
func TestBetween(t *testing.T) {
	t.Parallel()
	const after = "c1,Cy,FI\n"
	list := func(between string) string { return "account\na1\nb1\nc1\n" + between + "\nd1\n" }
	for name, test := range map[string]struct{ input, want string }{
		"a page":                            {several + "Page 1 of 2,,\n" + after, "1: 2 a1 3 b1 4 Page 1 of 2?shape 5 c1"},
		"a page without delimiters":         {several + "Page 1 of 2\n" + after, "1: 2 a1 3 b1 4 Page 1 of 2?shape 5 c1"},
		"a group":                           {several + "Department: Sales,,\n" + after, "1: 2 a1 3 b1 4 Department: Sales?shape 5 c1"},
		"a word that ends pages":            {several + "Confidential,,\n" + after, "1: 2 a1 3 b1 4 Confidential?shape 5 c1"},
		"a group behind a blank line":       {several + "\nNorth,,\n" + after, "1: 2 a1 3 b1 5 North?shape 6 c1"},
		"a name with a blank":               {"account,name\na1,Al\nb c,Bo\nd1,Di\n", "1: 2 a1 3 b c 4 d1"},
		"an account alone":                  {several + "svc1,,\n" + after, "1: 2 a1 3 b1 4 svc1 5 c1"},
		"a page of a list":                  {list("Page 1 of 2"), "1: 2 a1 3 b1 4 c1 5 Page 1 of 2?shape 6 d1"},
		"pages of a list":                   {list("Page 1 of 2") + "Page 2 of 2\ne1\n", "1: 2 a1 3 b1 4 c1 5 Page 1 of 2?shape 6 d1 7 Page 2 of 2?shape 8 e1"},
		"a sentence as the first row":       {"account\nPlease fill in below\na1\nb1\n", "1: 2 Please fill in below?shape 3 a1 4 b1"},
		"a page in digits":                  {list("1 / 2"), "1: 2 a1 3 b1 4 c1 5 1 / 2?shape 6 d1"},
		"what prints in two cells":          {"account,name\na1,Al\nPrinted by,admin\nb1,Bo\n", "1: 2 a1 3 Printed by?shape 4 b1"},
		"a weak header with a sign":         {list("USER_NAME") + "user-id\n", "1: 2 a1 3 b1 4 c1 5 USER_NAME?shape 6 d1 7 user-id?shape"},
		"accounts with blanks":              {"account\na b\nc1\nd e\nf1\n", "1: 2 a b?shape 3 c1 4 d e?shape 5 f1"},
		"accounts that all have blanks":     {"account\na b\nd e\nf g\n", "1: 2 a b 3 d e 4 f g"},
		"telephones":                        {"account\n+8613900000011\n+86 139 0000 0012\n+8613900000013\n", "1: 2 +8613900000011 3 +86 139 0000 0012 4 +8613900000013"},
		"a group in Chinese":                {list("部门：研发"), "1: 2 a1 3 b1 4 c1 5 部门：研发?shape 6 d1"},
		"a total behind":                    {"name,account,n\nAl,a1,1\nBo,b1,2\nTotal,,3\n", "1: 2 a1 3 b1; 1 [4]"},
		"a total as the account":            {"no,account,n\n1,a1,IT\n2,b1,HR\n,Total,7\n", "1: 2 a1 3 b1; 1 [4]"},
		"a total as the account, with text": {"no,account,n\n1,a1,IT\n2,b1,HR\nall,Total,x\n3,c1,IT\n", "1: 2 a1 3 b1 4 Total?shape 5 c1"},
		"a total beside a number":           {"no,account,n\n1,a1,IT\n2,b1,HR\nx,57,Total\n3,c1,IT\n", "1: 2 a1 3 b1 4 57?shape 5 c1"},
		"a total beside a number, last":     {"account,name\n9001,Al\n9002,Bo\n18003,合计\n", "1: 2 9001 3 9002 4 18003?shape"},
		"a total beside a number, between":  {"account,name\n9001,Al\n9002,Bo\n18003,小计\n9003,Cy\n", "1: 2 9001 3 9002 4 18003?shape 5 9003"},
		"a surname between":                 {"account,name\n9001,Al\n9002,Sum\n9003,Cy\n", "1: 2 9001 3 9002?shape 4 9003"},
		"a subtotal of something":           {"account,n\na1,1\n研发部小计,1\nb1,1\n", "1: 2 a1 3 研发部小计?shape 4 b1"},
		"an empty account and a total":      {"name,account,n\nAl,a1,1\nGrand total for March,,3\n", "1: 2 a1; 1 [3]"},
		"a total of what another cell says": {"account,name,n\na1,Al,1\nb1,Bo,2\nSubtotal,IT,3\nc1,Cy,2\n", "1: 2 a1 3 b1 4 Subtotal?shape 5 c1"},
		"a title above the header again":    {"account\na1\n\nApril\n\naccount\nb1\n", "1: 2 a1 4 April?shape 7 b1; 1 [6]"},
		"a title of one cell above it":      {several + "April,,\naccount,name,dept\n" + after, "1: 2 a1 3 b1 4 April?shape 6 c1; 1 [5]"},
		"a title of several words above it": {"account\na1\nLeavers of April\naccount\nb1\n", "1: 2 a1 3 Leavers of April?shape 5 b1; 1 [4]"},
		"an account above it":               {"account\na1\nb1\naccount\nc1\n", "1: 2 a1 3 b1 5 c1; 1 [4]"},
		"a title of one word above it":      {"account\na1\nb1\nApril\naccount\nc1\n", "1: 2 a1 3 b1 4 April?shape 6 c1; 1 [5]"},
		"a title in Chinese above it":       {"账号\nlisi\n试用\n账号\nwangwu\n", "1: 2 lisi 3 试用?shape 5 wangwu; 1 [4]"},
		"a title above each header":         {"March\n\naccount\nliwei\nwuhao\nApril\naccount\nlina\n", "3: 4 liwei 5 wuhao 6 April?shape 8 lina; 1 [1]; 1 [7]"},
		"small titles above each header":    {"march\n\naccount\nliwei\nwuhao\napril\naccount\nlina\nlilei\n", "3: 4 liwei 5 wuhao 6 april?shape 8 lina 9 lilei; 1 [1]; 1 [7]"},
		"the same title above each header":  {"Leavers of HR\naccount\na1\nLeavers of HR\naccount\nb1\n", "2: 3 a1 6 b1; 2 [1 4]; 1 [5]"},
		"a page between titled rows":        {"March\n\naccount\nliwei\nPage 1 of 2\nwuhao\nlina\n", "3: 4 liwei 5 Page 1 of 2?shape 6 wuhao 7 lina; 1 [1]"},
		"sep=":                              {list("sep=;"), "1: 2 a1 3 b1 4 c1 5 sep=;! 6 d1"},
		"sep= of the delimiter":             {several + "sep=,\naccount,name,dept\n" + after, "1: 2 a1 3 b1 6 c1; 1 [4]; 1 [5]"},
		"a weak header":                     {list("Email"), "1: 2 a1 3 b1 4 c1 5 Email?shape 6 d1"},
		"a header in Chinese":               {list("用户名"), "1: 2 a1 3 b1 4 c1 5 用户名?shape 6 d1"},
		"a header of one word":              {list("User"), "1: 2 a1 3 b1 4 c1 5 User?shape 6 d1"},
		"a header of two words":             {list("Account name"), "1: 2 a1 3 b1 4 c1 5 Account name?shape 6 d1"},
		"a weak header alone in its row":    {several + "User,,\n" + after, "1: 2 a1 3 b1 4 User?shape 5 c1"},
		"a weak header beside other cells":  {"account,n\na1,1\n用户名,2\nE-Mail,3\nb1,4\n", "1: 2 a1 3 用户名?shape 4 E-Mail?shape 5 b1"},
		"a count of people between":         {list("合计5人"), "1: 2 a1 3 b1 4 c1 5 合计5人?shape 6 d1"},
		"a weak header's word as a role":    {"account,role\nmail,user\nbob,user\n", "1: 2 mail 3 bob"},
		"a form feed":                       {list("\f"), "1: 2 a1 3 b1 4 c1 6 d1"},
		"a form feed among several":         {several + "\f\n" + after, "1: 2 a1 3 b1 5 c1"},
		"a form feed before a header":       {list("\faccount"), "1: 2 a1 3 b1 4 c1 6 d1; 1 [5]"},
		"a form feed at the end":            {"account\na1\n\f", "1: 2 a1"},
	} {
		if got := disabled(t, test.input); got != test.want {
			t.Errorf("%s: %s\nwant %s", name, got, test.want)
		}
	}
}

// TestSums: rows that add others up are told in every language, form and place, below the rows and among them, alike.
func TestSums(t *testing.T) {
	t.Parallel()
	for i, word := range strings.Fields("以上 合计 总计 共计 小计 总数 总共 总人数 人数 汇总 累计 总和 合計 總計 小計 共計 総計 합계 총계 소계 Total TOTAL total Totals Subtotal Sub-total Grand-Total Sum Summe Zwischensumme Gesamt Insgesamt Somme Totaux Suma Totale Итого Всего") {
		forms := []string{"%s", "%s:", "%s：", "%s: 5", "%s：5", "%s 5", "(%s)", "【%s】", "* %s", "%s (5)", "%s（5）", "%s=5"}
		if word > "\u3000" {
			forms = append(forms, "%s5", "%s5人", "%s：5人", "%s共5人")
		}
		for j, form := range forms {
			sum := fmt.Sprintf(form, word)
			for k, table := range []string{
				"account\na@x.example\nb@x.example\nc@x.example\n%s\n", "account\nliwei\nwuhao\nlina\nlilei\n%s\n", "账号\n张伟\n王芳\n李娜\n%s\n", "account\n13900000011\n13900000012\n%s\n",
				"account,name\na@x.example,A\nb@x.example,B\n%s,\n", "account\na@x.example\nb@x.example\n%s\nc@x.example\n", "账号\n张伟\n%s\n李娜\n",
			} {
				if (i+j+k)%reader.Mass(4, 1) > 0 {
					continue // each word and each form comes with each table all the same
				}
				if got := disabled(t, fmt.Sprintf(table, sum)); !strings.Contains(got, " "+sum+"?") && !strings.Contains(got, "; 1 [") {
					t.Errorf("%q in %q: %s", sum, table, got)
				}
			}
			if strings.ContainsAny(form, "5") {
				continue
			}
			for k, table := range []string{"account,name\na@x.example,A\nb@x.example,B\n%s,5\n", "账号,姓名\n张伟,A\n王芳,B\n%s,5\n", "账号,姓名\n张伟,A\n%s,5\n王芳,B\n"} {
				if (i+j+k)%reader.Mass(3, 1) > 0 {
					continue
				}
				if got := disabled(t, fmt.Sprintf(table, sum)); !strings.Contains(got, " "+sum+"?") && !strings.Contains(got, "; 1 [") {
					t.Errorf("%q in %q: %s", sum, table, got)
				}
			}
		}
	}
	for _, healthy := range []string{"account\nliwei\ntotal5\nsum1\n", "account,dept\n9001,会计\n9002,统计\n9003,设计\n", "account\nsummer\ntotalwar\nsumana\n", "账号\n张人\n上官以\n"} {
		if got := disabled(t, healthy); strings.ContainsAny(got, "?!;") {
			t.Errorf("%q: %s", healthy, got)
		}
	}
}

// TestOtherTable: a table of something else that stands below the first, with nothing between, is told.
func TestOtherTable(t *testing.T) {
	t.Parallel()
	const addresses, words = "account,name,dept\na@x.example,Al,IT\nb@x.example,Bo,HR\n", "account,name\nliwei,Li\nwuhao,Wu\nlina,Lina\n"
	for _, test := range []struct{ input, want string }{
		{addresses + "department,head,place\nSales,zhang,Bonn\n", "4 department?shape"},
		{addresses + "Team,Lead\nSales,zhang\n", "4 Team?shape"},
		{addresses + "部门,人数\n研发部,12\n", "4 部门?shape"},
		{addresses + "name,count\nAl,3\n", "4 name?shape"},
		{addresses + "alpha,beta\nSales,zhang\n", "4 alpha?shape"},
		{words + "department,head\nSales,zhang\n", "5 department?shape"},
		{words + "部门,负责人\n研发部,张三\n", "5 部门?shape"},
		{words + "\"Cost center\",Manager\nSales,zhang\n", "5 Cost center?shape"},
		{"account\na@x.example\nb@x.example\ndepartment\nSales\nHR\nc@x.example\n", "4 department?shape"},
	} {
		if got := disabled(t, test.input); !strings.Contains(got, test.want) {
			t.Errorf("%q: %s\nwant %s", test.input, got, test.want)
		}
	}
	for _, healthy := range []string{
		addresses + "admin,Ad,IT\nc@x.example,Cy,IT\n",
		addresses + "svc1,Backup\nc@x.example,Cy,IT\n",
		addresses + "c@x.example,Cy\n",
		"account\na@x.example\nb@x.example\noffice\nc@x.example\n",
		words + "manager,Mo\nsupport,Support\n",
		"account,role\nlead,lead\nmail,user\nmanager,Mo\nbob,owner\n",
		"account,name,dept\nliwei,Li,IT\nwuhao,Wu,HR\nlina,Lina\n",
	} {
		if got := disabled(t, healthy); strings.ContainsAny(got, "?!;") {
			t.Errorf("%q: %s", healthy, got)
		}
	}
}

// TestDescribed: rows that say below the header what its columns are to hold, as templates have them, are told.
func TestDescribed(t *testing.T) {
	t.Parallel()
	for _, words := range []string{"必填", "（必填）", "必填项", "选填", "非必填", "VARCHAR(64)", "nvarchar(255)", "string", "String(64)", "required", "(required)", "Required*", "optional", "mandatory", "text", "char", "int", "bigint", "字符串", "文本", "NOT NULL", "*", "string, required", "最多64个字符", "请输入账号", "max. 64 characters", "Pflichtfeld", "char(64) not null"} {
		if got := disabled(t, "account\n\""+words+"\"\na1\nb1\n"); !strings.Contains(got, words+"?") {
			t.Errorf("%s: %s", words, got)
		}
		got, err := told("account,vmr_id\n\""+words+"\",\""+words+"\"\n"+twoRooms, job.Reclaim, reader.Options{})
		if err != nil || !strings.Contains(got, words+"?") {
			t.Errorf("%s, rooms: %s %v", words, got, err)
		}
	}
	for input, want := range map[string]string{
		"account,name\nstring,string\n必填,选填\na1,Al\n":          "1: 2 string?shape 3 必填?shape 4 a1",
		"account,name,dept\nlogin,required,optional\na1,A,B\n": "1: 2 login?shape 3 a1",
		"account,name\nlogin name,full name\na1,Al\n":          "1: 2 login name?shape 3 a1",
		"account,name\n登录名,姓名\na1,Al\n":                        "1: 2 登录名?shape 3 a1",
		"account\na1\nstring\nb1\n":                            "1: 2 a1 3 string 4 b1",
		"account,type\na1,string\nb1,text\n":                   "1: 2 a1 3 b1",
	} {
		if got := disabled(t, input); got != want {
			t.Errorf("%q: %s\nwant %s", input, got, want)
		}
	}
}

// lines says that an account stands on all lines from one to another.
func lines(account string, from, to int) (text string) {
	for line := from; line <= to; line++ {
		text += fmt.Sprintf(" %d %s", line, account)
	}
	return text
}
