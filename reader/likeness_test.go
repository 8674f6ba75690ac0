package reader_test

import (
	"fmt"
	"strings"
	"testing"

	"meetbatch/job"
	"meetbatch/reader"
)

// TestSeveral: an account that is several of those that the input has, put into one cell, is told, and so is one that has
// lost a letter; such signs say nothing where accounts have them, or where the parts look like none.
func TestSeveral(t *testing.T) {
	t.Parallel()
	const words, dotted, numbers, chinese = "liwei|wuhao|lina|lilei", "li.wei|wu.hao|li.na", "E1001|E1002|E1003", "张伟|王芳|李娜|刘洋"
	for _, test := range []struct{ accounts, last, want string }{
		{words, "wangfang;zhaolei", "shape"}, {words, "wangfang, zhaolei", "shape"}, {words, "wangfang/zhaolei", "shape"}, {words, "wangfang,zhaolei,sunqi", "shape"}, {words, "Wangfang & Zhaolei", "shape"},
		{dotted, "wang.fang;zhao.lei", "shape"}, {dotted, "wang.fang/zhao.lei", "shape"}, {dotted, "wang.fang zhao.lei", "shape"}, {dotted, "wang.fang, zhao.lei", "shape"},
		{numbers, "E1004/E1005", "shape"}, {numbers, "E1004 E1005", "shape"}, {numbers, "E1004|E1005", "shape"},
		{chinese, "张三/李四", "shape"}, {chinese, "张三&李四", "shape"},
		{words, "m?ller", "encoding"}, {words, "andr?", "encoding"},
		{"a@x.example|b@x.example", "139E8", "placeholder"}, {"13900000011|13900000012", "139E8", "placeholder"}, {words, "1E15", "placeholder"}, {dotted, "-139E8", "placeholder"},
		{"a@x.example|b@x.example", "13900000011L", "placeholder"}, {"13900000011|13900000012", "13900000013L", "placeholder"}, {dotted, "12345L", "placeholder"},
		{numbers, "139E8", ""}, {"20A15|20B16|20C17", "20E18", ""}, {"12345K|12346M|12347N", "12348L", ""}, {"a@x.example|b@x.example", "139E8abc", ""}, {"a@x.example|b@x.example", "139e8", ""},
		{"a@x.example|b@x.example", "0139E8", ""}, {"a@x.example|b@x.example", "139E08", ""}, {words, "2024E101", ""}, {words, "123L", ""}, {words, "12345l", ""}, {words, "1234LL", ""},
		{words, "li wei", ""}, {words, "a;b", ""}, {words, "li/2", ""}, {dotted, "hr/li", ""}, {dotted, "a?b", ""}, {"hr/li|it/wu|hr/zhao|it/lin", "it/zhang", ""},
		{"CORP\\li|CORP\\wu|CORP\\na", "CORP\\zhang", ""}, {"Li Wei|Wu Hao|Li Na", "Zhang San", ""}, {"a@x.example|b@x.example|c@x.example", "d/e", ""},
		{"+86 139 0000 0011|+86 139 0000 0012|1390", "+86 139 0000 0013", ""}, {"Anna Müller/HR/Corp|Bo Li/IT/Corp|Cy Na/HR/Corp", "Di Wu/IT/Corp", ""}, {"ab?cd|ef?gh|ij?kl", "mn?op", ""},
	} {
		list := "account,name\n"
		for account := range strings.SplitSeq(test.accounts+"|\x00", "|") {
			list += fmt.Sprintf("\"%s\",x\n", strings.ReplaceAll(account, "\x00", test.last))
		}
		list += "\"" + strings.Split(test.accounts, "|")[1] + "\",y\n"
		got := disabled(t, list)
		if doubts := strings.Count(got, "?shape") + strings.Count(got, "?encoding") + strings.Count(got, "?placeholder") + strings.Count(got, "!"); (test.want == "") != (doubts == 0) || !strings.Contains(got, test.last+"?"+test.want) && test.want != "" {
			t.Errorf("%q: %s", test.last, got)
		}
	}
}

// TestShifted: where a comma in a name is not in quotes, the row may have as many fields as others, and a part of the name
// stands in the place of the account.
func TestShifted(t *testing.T) {
	t.Parallel()
	const room = "ff8080816b9ec3ab016ba125aca2000"
	for _, test := range []struct {
		op    job.Operation
		input string
		want  string
	}{
		{job.SetStatus, "name,account,note\nAl,a@x.example,\nBo,b@x.example,\nLi, Bo,c@x.example\nDi,d@x.example,\n", "4 Bo?shape"},
		{job.SetStatus, "name,account,note\nAl,a@x.example,\nBo,b@x.example,\nLi,Bo,c@x.example,\nDi,d@x.example,\n", "4 Bo?shape"},
		{job.SetStatus, "name,account,note\nAl,a@x.example,\nBo,b@x.example,\nLi,Bo,c@x.example\n", "4 Bo?shape"},
		{job.SetStatus, "name,account,note\nAl,a@x.example,\nsvc,backup,\nLi,Bo,\"c@x.example\"\nDi,d@x.example,\n", "4 Bo?shape"},
		{job.SetStatus, "name,account,dept\nAl,E1001,IT\nBo,E1002,HR\nLi, Bo,E1003\n", "4 Bo?shape"},
		{job.SetStatus, "姓名,账号,备注\n张伟,13900000011,\n王芳,13900000012,\n欧阳,小明,13900000013\n", "4 小明?shape"},
		{job.SetStatus, "name,account,dept\nLi Wei,liwei,IT\nWu Hao,wuhao,HR\nSmith, John,jsmith\nLi Na,lina,HR\n", "4 John?shape"},
		{job.SetStatus, "name,account,note\nAl,a@x.example,\nBo,b@x.example,\nLi, Bo,c@x.example,IT\n", "4 Bo!"},
		{job.Reclaim, "vmr_id,name,account,note\n" + room + "1,Al,a@x.example,\n" + room + "2,Bo,b@x.example,\n" + room + "3,Li, Bo,c@x.example\n", "4 Bo?shape"},

		{job.SetStatus, "name,account,email\nAl,a@x.example,a@x.example\nBo,admin,admin@x.example\n", ""},
		{job.SetStatus, "name,account,email\nAl,al,al@x.example\nBo,bo,bo@x.example\nCy,c@x.example,\nDi,di,di@x.example\n", ""},
		{job.SetStatus, "name,account,phone\nAl,13900000011,13900000011\nBo,admin,13900000012\n", ""},
		{job.SetStatus, "name,account,dept\nLi Wei,liwei,IT\nWu Hao, wuhao ,HR\nLi Na,lina,HR\n", ""},
		{job.SetStatus, "name,account,dept\nLi Wei, Liwei,IT\nWu Hao, Wuhao,HR\nLi Na, Lina,HR\n", ""},
		{job.SetStatus, "name, account, dept\nLi Wei, liwei, IT\nWu Hao, wuhao, HR\nLi Na, Lina, HR\n", ""},
		{job.SetStatus, "name,account\nAl,a@x.example\nBo,admin\n", ""},
	} {
		opts := reader.Options{}
		if test.op.Name == "status" {
			opts.Value = "1"
		}
		got, err := told(test.input, test.op, opts)
		if err != nil || !strings.Contains(got, test.want) || test.want == "" && strings.ContainsAny(got, "?!;") {
			t.Errorf("%q: %s %v, want %s", test.input, got, err, test.want)
		}
	}
}
