package reader_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"meetbatch/job"
	"meetbatch/reader"
)

// moveRoom is an operation whose column this package knows nothing of.
var moveRoom = job.Operation{Name: "move", Column: "site_id", PerAccount: true}

// TestHeaders: each field is found under each of its headers, and under no other.
func TestHeaders(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		op             job.Operation
		accountType    int
		account, value string // headers
		found          bool
	}{
		{job.Reclaim, 0, "account", "vmr_id", true},
		{job.Reclaim, 0, "账号", "id", true},
		{job.Reclaim, 0, "member.id", "vmrId", true},
		{job.Reclaim, 0, "userAccount", "云会议室ID", true},
		{job.Reclaim, 0, "thirdAccount", "vmr_id", false},
		{job.Reclaim, 1, "thirdAccount", "vmr_id", true},
		{job.Reclaim, 1, "userAccount", "vmr_id", false},
		{job.Reclaim, 0, "third_account", "vmr_id", false},
		{job.Reclaim, 1, "third_account", "vmr_id", true},
		{job.Reclaim, 0, " USER account", "\u3000云会议室 id ", true},
		{job.Reclaim, 0, "id", "vmr_id", false},
		{job.Reclaim, 0, "account", "user_status", false},
		{job.Reclaim, 0, "account", "vmr", false},
		{job.SetStatus, 0, "member.id", "user_status", true},
		{job.SetStatus, 1, "thirdAccount", "User_Status", true},
		{job.SetStatus, 0, "account", "status", false},
		{job.SetStatus, 0, "account", "vmr_id", false},
		{moveRoom, 0, "account", "site_id", true},
		{moveRoom, 0, "账号", "SITE_ID", true},
		{moveRoom, 0, "account", "id", false},
	} {
		input := test.account + "," + test.value + "\na,1\n"
		rows, _, err := read(strings.NewReader(input), test.op, reader.Options{AccountType: test.accountType, AnyID: true})
		if found := fmt.Sprint(rows) == "[2 a 1]"; found != test.found || found != (err == nil) {
			t.Errorf("%s, account type %d, %q: %q, %v, want found = %t", test.op.Name, test.accountType, input, rows, err, test.found)
		}
	}
}

// TestExportOfUsers: our own export of users has both accounts, and the account type says which one is meant.
func TestExportOfUsers(t *testing.T) {
	t.Parallel()
	for accountType, want := range []string{"[2 wei@x.com 1]", "[2 T1 1]"} {
		rows, _, err := read(strings.NewReader("account,third_account,,user_status\nwei@x.com,T1,,1\n"), job.SetStatus, reader.Options{AccountType: accountType})
		if err != nil || fmt.Sprint(rows) != want {
			t.Errorf("account type %d: %q, %v, want %s", accountType, rows, err, want)
		}
	}
}

// TestUnknownField: what holds for every ID holds for those of an operation that this package knows nothing of.
func TestUnknownField(t *testing.T) {
	t.Parallel()
	rows, _, err := read(strings.NewReader("account,site_id\na,north\nb,\nc,1.5E+12\nd,12345\n"), moveRoom, reader.Options{})
	want := []string{"2 a north", "3 b  ! site_id is empty",
		"4 c 1.5E+12 ! site_id was turned into a rounded number by a spreadsheet", "5 d 12345"}
	if err != nil || fmt.Sprint(rows) != fmt.Sprint(want) {
		t.Errorf("rows = %q, %v, want %q", rows, err, want)
	}
}

// TestFewValues: which values a column can have, and what is said of another, comes from the operation.
func TestFewValues(t *testing.T) {
	t.Parallel()
	role := job.Operation{Name: "role", Column: "role", Values: []job.Value{{API: "2", Name: "member"}, {API: "1", Name: "deputy", Forms: []string{"vice"}}, {API: "0", Name: "chair"}}}
	rows, _, err := read(strings.NewReader("account,role\na,Member\nb,vice\nc,0\nd,normal\n"), role, reader.Options{})
	want := []string{"2 a 2", "3 b 1", "4 c 0", `5 d normal ! role is not 2, 1, 0, member, deputy or chair: "normal"`}
	if err != nil || fmt.Sprint(rows) != fmt.Sprint(want) {
		t.Errorf("rows = %q, %v, want %q", rows, err, want)
	}
	_, _, err = read(strings.NewReader("account\na\n"), role, reader.Options{})
	wantHint(t, err, `the headers are "account"; choose with column role=HEADER, or give one value to all rows with value`)
}

func wantHint(t *testing.T, err error, want string) {
	t.Helper()
	var e *reader.Error
	if !errors.As(err, &e) || e.Hint() != want {
		t.Errorf("error = %v, its hint is not %s", err, want)
		if e != nil {
			t.Errorf("but %s", e.Hint())
		}
	}
}

// TestSay: each hint that names a setting words it as Say does; where there is no Say, plainly.
func TestSay(t *testing.T) {
	t.Parallel()
	flag := func(setting, value string) string { return "[" + setting + "|" + value + "]" }
	for _, test := range []struct {
		name, input string
		op          job.Operation
		opts        reader.Options
		plain, said string // the hint
	}{
		{"no column", "x,vmr_id\n", job.Reclaim, reader.Options{},
			`the headers are "x", "vmr_id"; choose with column account=HEADER`,
			`the headers are "x", "vmr_id"; choose with [column|account=HEADER]`},
		{"two columns", "account,id,vmrId\n", job.Reclaim, reader.Options{},
			"choose with column vmr_id=id", "choose with [column|vmr_id=id]"},
		{"one column twice", "account\n", job.Reclaim, reader.Options{Columns: map[string]string{"vmr_id": "account"}},
			"name two different columns with column", "name two different columns with [column|]"},
		{"no column of few values", "account\n", job.SetStatus, reader.Options{},
			`the headers are "account"; choose with column user_status=HEADER, or give one status to all rows with value`,
			`the headers are "account"; choose with [column|user_status=HEADER], or give one status to all rows with [value|]`},
		{"a column and a value", "account,user_status\n", job.SetStatus, reader.Options{Value: "0"},
			"leave value away, or remove the column", "leave [value|] away, or remove the column"},
		{"the other account type", "userAccount,vmr_id\n", job.Reclaim, reader.Options{AccountType: 1},
			`the headers are "userAccount", "vmr_id"; choose with column account=HEADER, or change account-type, which is 1`,
			`the headers are "userAccount", "vmr_id"; choose with [column|account=HEADER], or change [account-type|], which is 1`},
		{"no known encoding", "account,vmr_id\nM\xFCller-J\xE4ger-Gr\xF6\xDFe,x\n", job.Reclaim, reader.Options{},
			"save the file as CSV UTF-8, or name its encoding with encoding windows-1252",
			"save the file as CSV UTF-8, or name its encoding with [encoding|windows-1252]"},
		{"a NUL", "account\x00,vmr_id\n", job.Reclaim, reader.Options{},
			"save the file as CSV UTF-8; if it is UTF-16, say so with encoding utf-16",
			"save the file as CSV UTF-8; if it is UTF-16, say so with [encoding|utf-16]"},
		{"damaged UTF-8", "账号,vmr_id\n张\xE4\xBD伟,x\n", job.Reclaim, reader.Options{},
			"save the file as CSV UTF-8; as far as it can be read, it is utf-8",
			"save the file as CSV UTF-8; as far as it can be read, it is utf-8"},
		{"another encoding than was named", "账号,vmr_id\n\xD5\xC5,x\n", job.Reclaim, reader.Options{Encoding: reader.UTF8},
			"encoding auto finds the encoding by itself", "[encoding|auto] finds the encoding by itself"},
		{"damaged GB18030", "\xD5\xCB\xBA\xC5,vmr_id\n\xD5\xC5\xFF,x\n", job.Reclaim, reader.Options{},
			"save the file as CSV UTF-8; as far as it can be read, it is gb18030",
			"save the file as CSV UTF-8; as far as it can be read, it is gb18030"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			_, _, err := read(strings.NewReader(test.input), test.op, test.opts)
			wantHint(t, err, test.plain)
			test.opts.Say = flag
			_, _, err = read(strings.NewReader(test.input), test.op, test.opts)
			wantHint(t, err, test.said)
		})
	}
}
