package reader_test

import (
	"fmt"
	"io"
	"strings"
	"testing"

	"meetbatch/job"
	"meetbatch/reader"
)

// told reads an input and says in a line how: the header's line, the rows, and what was noted.
func told(input string, op job.Operation, opts reader.Options) (string, error) {
	r, err := reader.New(strings.NewReader(input), "in.csv", op, opts)
	if err != nil {
		return "", err
	}
	text := fmt.Sprintf("%d:", r.Table().HeaderLine)
	for {
		it, err := r.Read()
		if err == io.EOF {
			break
		}
		if err != nil {
			return text, err
		}
		text += fmt.Sprintf(" %d %s", it.Line, it.Account)
		switch {
		case it.Invalid != "":
			text += "!"
		case it.Doubt != "":
			text += "?" + it.Doubt
		}
	}
	for _, n := range r.Notes() {
		text += fmt.Sprintf("; %d %v", n.Count, n.Lines)
	}
	return text, nil
}

// twoRooms are rows of a table of rooms.
var twoRooms = "a@x.example,ff8080816b9ec3ab016ba125aca20001\nb@x.example,ff8080816b9ec3ab016ba125aca20002\n"

// TestAbove: the header is found below what programs and people write above it, and is refused where that may be rows.
func TestAbove(t *testing.T) {
	t.Parallel()
	list := func(above string) string { return above + "a1\na2\n" }
	disable := reader.Options{Value: "1"}
	for _, test := range []struct {
		name, input string
		op          job.Operation
		opts        reader.Options
		want        string // or the error
	}{
		{"nothing", "account,vmr_id\n" + twoRooms, job.Reclaim, reader.Options{}, "1: 2 a@x.example 3 b@x.example"},
		{"blank lines", "\n\r\naccount,vmr_id\n" + twoRooms, job.Reclaim, reader.Options{}, "3: 4 a@x.example 5 b@x.example"},
		{"sep=", "sep=;\r\naccount;vmr_id\r\n" + strings.ReplaceAll(twoRooms, ",", ";"), job.Reclaim, reader.Options{}, "2: 3 a@x.example 4 b@x.example"},
		{"sep= in quotes", "\"sep=,\"\naccount,vmr_id\n" + twoRooms, job.Reclaim, reader.Options{}, "2: 3 a@x.example 4 b@x.example"},
		{"SEP=tab", "SEP=\t\naccount\tvmr_id\n" + strings.ReplaceAll(twoRooms, ",", "\t"), job.Reclaim, reader.Options{}, "2: 3 a@x.example 4 b@x.example"},
		{"sep= of a delimiter that nobody else has", "sep=^\naccount^vmr_id\n" + strings.ReplaceAll(twoRooms, ",", "^"), job.Reclaim, reader.Options{}, "2: 3 a@x.example 4 b@x.example"},
		{"#TYPE", "#TYPE Selected.System\r\n" + list("account\r\n"), job.SetStatus, disable, "2: 3 a1 4 a2"},
		{"comments", "# exported\n# by hand\n" + list("account\n"), job.SetStatus, disable, "3: 4 a1 5 a2"},
		{"titles", "Room holders,,\nCreated on 2026-03-01,,\n,,\naccount,vmr_id,n\n" + strings.ReplaceAll(twoRooms, "\n", ",\n"), job.Reclaim, reader.Options{}, "4: 5 a@x.example 6 b@x.example; 2 [1 2]"},
		{"titles of one cell", "Room holders\n\naccount,vmr_id\n" + twoRooms, job.Reclaim, reader.Options{}, "3: 4 a@x.example 5 b@x.example; 1 [1]"},
		{"a title with a quote", "Rooms of 24\" screens\naccount,vmr_id\n" + twoRooms, job.Reclaim, reader.Options{}, "2: 3 a@x.example 4 b@x.example; 1 [1]"},
		{"what an export says of itself", "Exported by,admin\nDate,2026-03-01\naccount,vmr_id\n" + twoRooms, job.Reclaim, reader.Options{}, "3: 4 a@x.example 5 b@x.example; 2 [1 2]"},
		{"a title of several words above a list", "Leavers of March\n" + list("account\n"), job.SetStatus, disable, "2: 3 a1 4 a2; 1 [1]"},
		{"one above a list with blanks", "Leavers of March\n" + list("account\n") + "b c\nd e\n", job.SetStatus, disable, "2: 3 a1 4 a2 5 b c?shape 6 d e?shape; 1 [1]"},
		{"a title apart from a list", "Leavers of March\n\n" + list("account\n"), job.SetStatus, disable, "3: 4 a1 5 a2; 1 [1]"},
		{"a list above a list", "a0\n" + list("account\n"), job.SetStatus, disable, "in.csv:1: this may be a row, and the header stands below it, in line 2"},
		{"rows above", twoRooms + "account,vmr_id\n" + twoRooms, job.Reclaim, reader.Options{}, "in.csv:1: this may be a row, and the header stands below it, in line 3"},
		{"the line as it is said", "a0\n" + list("account\n"), job.SetStatus, reader.Options{Value: "1", HeaderLine: 2}, "2: 3 a1 4 a2"},
		{"a wrong line", "a0\n" + list("account\n"), job.SetStatus, reader.Options{Value: "1", HeaderLine: 3}, `in.csv:3: no column account (looked for "account", "账号", "帐号", "member.id", "userAccount")`},
		{"a line that is not there", list("account\n"), job.SetStatus, reader.Options{Value: "1", HeaderLine: 9}, "in.csv: there is no line 9 among the first 256 KiB"},
		{"no header", list(""), job.SetStatus, disable, `in.csv:1: there is no header row: no column account (looked for "account", "账号", "帐号", "member.id", "userAccount")`},
		{"no header, addresses", twoRooms, job.Reclaim, reader.Options{}, `in.csv:1: there is no header row: "a@x.example", "ff8080816b9ec3ab016ba125aca20001" looks like a row already`},
		{"none, as it is said", twoRooms, job.Reclaim, reader.Options{NoHeader: true, Columns: map[string]string{"account": "#1", "vmr_id": "#2"}}, "0: 1 a@x.example 2 b@x.example"},
		{"one that is not to be there", "account,vmr_id\n" + twoRooms, job.Reclaim, reader.Options{NoHeader: true, Columns: map[string]string{"account": "#1", "vmr_id": "#2"}}, `in.csv:1: the first row has the header "account", and there is to be none`},
		{"by position", "x,x,account\n1,a@x.example,9\n", job.SetStatus, reader.Options{Value: "1", Columns: map[string]string{"account": "#2"}}, "1: 2 a@x.example"},
		{"by a position that is not there", list("account\n"), job.SetStatus, reader.Options{Value: "1", Columns: map[string]string{"account": "#2"}}, "in.csv: there is no column #2, the last is #1"},
		{"a position that names a row", "a@x.example\nb@x.example\n", job.SetStatus, reader.Options{Value: "1", Columns: map[string]string{"account": "#1"}}, `in.csv: column #1 is headed "a@x.example", which looks like a row's cell`},
		{"by position, with commas in names", "Name, first;Login;Dept\nLi, Wei;liwei;IT\nSmith, John;jsmith;HR\n", job.SetStatus, reader.Options{Value: "1", Columns: map[string]string{"account": "#2"}}, "1: 2 liwei 3 jsmith"},
		{"without a header, with commas in names", "Li, Wei;liwei;IT\nSmith, John;jsmith;HR\n", job.SetStatus, reader.Options{Value: "1", NoHeader: true, Columns: map[string]string{"account": "#2"}}, "0: 1 liwei 2 jsmith"},
		{"by the first position, with commas in names", "Login;Name\nliwei;Li, Wei\njsmith;Smith, John\n", job.SetStatus, reader.Options{Value: "1", Columns: map[string]string{"account": "#1"}}, "1: 2 liwei 3 jsmith"},
		{"pipes", "account|vmr_id|n\n" + strings.NewReplacer(",", "|", "\n", "|\n").Replace(twoRooms), job.Reclaim, reader.Options{}, "1: 2 a@x.example 3 b@x.example"},
		{"commas in a header between semicolons", "account;name (last, first, middle, title);room\na1;A;1\n", job.SetStatus, disable, "1: 2 a1"},
		{"blanks before quotes", "account, \"vmr_id\"\n" + strings.ReplaceAll(twoRooms, ",ff", ", \"ff"), job.Reclaim, reader.Options{}, "1: 2 a@x.example!"},
		{"blanks before quotes that close", "account, \"vmr_id\"\na@x.example, \"ff8080816b9ec3ab016ba125aca20001\"\n", job.Reclaim, reader.Options{}, "1: 2 a@x.example"},
	} {
		got, err := told(test.input, test.op, test.opts)
		if err != nil {
			got = err.Error()
		}
		if got != test.want {
			t.Errorf("%s: %s\nwant %s", test.name, got, test.want)
		}
	}
}

// TestBelow: what stands below a table, and where rows end, is told apart from rows; what may be a cut row is a doubt.
func TestBelow(t *testing.T) {
	t.Parallel()
	rooms, list := "account,vmr_id\n"+twoRooms, "account\nc1\nc2\nc3\nc4\n"
	const roomsRead, listRead = "1: 2 a@x.example 3 b@x.example", "1: 2 c1 3 c2 4 c3 5 c4"
	for _, test := range []struct {
		name, input string
		op          job.Operation
		want        string // or the error
	}{
		{"a report's end", rooms + "\nReport: rooms\nCopyright (c) 2026\nConfidential\n", job.Reclaim, roomsRead + "; 3 [5 6 7]"},
		{"a total", rooms + "Total: 2\n", job.Reclaim, roomsRead + "; 1 [4]"},
		{"a total with delimiters", rooms + "Total,2\n", job.Reclaim, roomsRead + "; 1 [4]"},
		{"a count", rooms + "\n(2 rows affected)\n", job.Reclaim, roomsRead + "; 1 [5]"},
		{"a count in Chinese", rooms + "共 2 条\n", job.Reclaim, roomsRead + "; 1 [4]"},
		{"a ruler", "account,vmr_id\n-------,------\n" + twoRooms, job.Reclaim, "1: 3 a@x.example 4 b@x.example; 1 [2]"},
		{"a row that was cut", rooms + "c@x.example\n", job.Reclaim, roomsRead + " 4 c@x.example!"},
		{"lone cells between rows", "account,vmr_id\n\nNorth\n" + twoRooms, job.Reclaim, "1: 3 North! 4 a@x.example 5 b@x.example"},
		{"a total of a list", list + "Total: 4\n", job.SetStatus, listRead + "; 1 [6]"},
		{"a count of a list", list + "4 rows selected.\n", job.SetStatus, listRead + "; 1 [6]"},
		{"a total in mid-list", list + "Subtotal: 4\nc5\n", job.SetStatus, listRead + " 6 Subtotal: 4?shape 7 c5"},
		{"a title below a list", list + "Printed by the night shift\n", job.SetStatus, listRead + " 6 Printed by the night shift?shape"},
		{"an address behind a blank line", list + "\nd@x.example\n", job.SetStatus, listRead + " 7 d@x.example?shape"},
		{"an account behind a blank line", list + "\nc5\n", job.SetStatus, listRead + " 7 c5"},
		{"accounts with blanks", "account\na b\nc d\ne f\ng h\n", job.SetStatus, "1: 2 a b 3 c d 4 e f 5 g h"},
		{"a shift that ends with an empty field", "name,account,dept\nLi Wei,liwei,IT\nSmith, John,jsmith,\nWu Hao,wuhao,HR\n", job.SetStatus, "1: 2 liwei 3 John?shape 4 wuhao"},
		{"a count below numbers", "account\n9001\n9002\n9003\n9004\n4\n", job.SetStatus, "1: 2 9001 3 9002 4 9003 5 9004 6 4?shape"},
		{"surplus empty fields in one row of a list", "account,name\na,A\nb,B,,\nc,C\n", job.SetStatus, "1: 2 a 3 b 4 c"},
		{"a surname among totals", "name,account\nAl,1001\nBo,1002\nCy,1003\nSum,1004\n", job.SetStatus, "1: 2 1001 3 1002 4 1003 5 1004?shape"},
		{"addresses without rooms", rooms + "\nc@x.example,\n", job.Reclaim, roomsRead + " 5 c@x.example!"},
		{"many lines below a list", list + "\n" + strings.Repeat("Terms of use: a notice\n", 9), job.SetStatus, listRead + termsOfUse()},
		{"accounts named like headers", "account,name\nmail,Mail\nbob,Bob\n", job.SetStatus, "1: 2 mail 3 bob"},
		{"a header with one word that is known", "account,dept\na,IT\naccount,Abteilung\nb,HR\n", job.SetStatus, `in.csv:3: a second header stands here, and not the first one again: "account", "Abteilung"`},
		{"surplus empty fields", "account,vmr_id\n" + strings.ReplaceAll(twoRooms, "\n", ",,\n"), job.Reclaim, roomsRead},
		{"surplus empty fields in most rows", "account,name\na,A,\nb,B,\nc,C\nd,D,\n", job.SetStatus, "1: 2 a 3 b 4 c 5 d"},
		{"a shift among surplus empty fields", "name,account,dept\nLi Wei,liwei,IT,\nSmith, John,jsmith,,\n", job.SetStatus, "1: 2 liwei 3 John?shape"},
		{"surplus fields with text", "account,vmr_id\n" + strings.ReplaceAll(twoRooms, "\n", ",\n") + "c,d,e\n", job.Reclaim, roomsRead + " 4 c!"},
		{"missing fields behind the wanted ones", "account,vmr_id,name,department\n" + twoRooms, job.Reclaim, roomsRead},
		{"the header once more", list + "account\nc5\n", job.SetStatus, listRead + " 7 c5; 1 [6]"},
		{"the header under another name", list + "账号\nc5\n", job.SetStatus, listRead + " 7 c5; 1 [6]"},
		{"the header once more, with a mark", list + "\uFEFFaccount\nc5\n", job.SetStatus, listRead + " 7 c5; 1 [6]"},
		{"the header once more, in quotes behind a mark", rooms + "\uFEFF\"account\",\"vmr_id\"\n" + twoRooms, job.Reclaim, roomsRead + " 5 a@x.example 6 b@x.example; 1 [4]"},
		{"the header once more, twice", rooms + "account,vmr_id\nACCOUNT,VMR_ID\n", job.Reclaim, roomsRead + "; 2 [4 5]"},
		{"the header once more, and a footer above it", list + "(4 rows)\n\naccount\nc5\n(1 row)\n", job.SetStatus, listRead + " 9 c5; 2 [6 10]; 1 [8]"},
		{"a header with its columns swapped", rooms + "vmr_id,account\n", job.Reclaim, `in.csv:4: a second header stands here, and not the first one again: "vmr_id", "account"`},
		{"a header with other columns", rooms + "name,account,vmr_id\nx,y,z\n", job.Reclaim, `in.csv:4: a second header stands here, and not the first one again: "name", "account", "vmr_id"`},
		{"a header of exports", "account,name\na,b\nname,userAccount\n", job.SetStatus, `in.csv:3: a second header stands here, and not the first one again: "name", "userAccount"`},
		{"a last row without line end", "account\nc1\nc", job.SetStatus, "1: 2 c1 3 c?unfinished"},
		{"one whose last field is not read", "account,name\nc1,x\nc2,y", job.SetStatus, "1: 2 c1 3 c2?unfinished"},
		{"one that a quote closes", "account\n\"c1\"\n\"c2\"", job.SetStatus, "1: 2 c1 3 c2?unfinished"},
		{"a cut room", "account,vmr_id\na,ff8080816b9ec3ab016ba125aca2000", job.Reclaim, "1: 2 a?unfinished"},
		{"backslashes", "account,vmr_id,n\n\"a\",\"ff8080816b9ec3ab016ba125aca20001\",\"Room \\\"1\\\" north\"\n", job.Reclaim, "1: 2 a; 1 [2]"},
		{"numbers below words", list + "7\n", job.SetStatus, listRead + " 6 7?shape"},
		{"many numbers below words", list + strings.Repeat("7\n", 9), job.SetStatus, listRead + " 6 7 7 7 8 7 9 7 10 7 11 7 12 7 13 7 14 7"},
		{"a lonely total", list + "合计\n", job.SetStatus, listRead + " 6 合计?shape"},
		{"another delimiter in the rows", "account\na;1\nb;2\n", job.SetStatus, "1: 2 a;1 3 b;2; 2 [2 3]"},
		{"another delimiter, and a field less", "account;name\nanna@corp.example,x\nbo@corp.example,x\n", job.SetStatus, "1: 2 anna@corp.example,x?shape 3 bo@corp.example,x?shape"},
		{"another delimiter, and no address", "account;name\nanna,x\nbo,x\n", job.SetStatus, "1: 2 anna,x?shape 3 bo,x?shape"},
		{"a full-width delimiter, and a field less", "account,name\n张伟；x\n王芳｜x\n", job.SetStatus, "1: 2 张伟；x?placeholder 3 王芳｜x?placeholder"},
		{"lines in quotes as a whole", "account,name\n\"anna@corp.example,x\"\n\"bo,x\"\n", job.SetStatus, "1: 2 anna@corp.example,x?shape 3 bo,x?shape"},
		{"another delimiter behind an address", "account,name\nh00@corp.example;x,\nh01@corp.example|x,\nh02@corp.example；x,\n", job.SetStatus, "1: 2 h00@corp.example;x?shape 3 h01@corp.example|x?shape 4 h02@corp.example；x?shape"},
		{"a list with a delimiter behind each", "account\n张伟、\n王芳，\n", job.SetStatus, "1: 2 张伟、?placeholder 3 王芳，?placeholder"},
		{"another delimiter behind rooms", "account;vmr_id\na@x.example;ff8080816b9ec3ab016ba125aca20001,x\n", job.Reclaim, "1: 2 a@x.example?shape"},
		{"a mark of DOS at the end", list + "\x1a", job.SetStatus, listRead},
		{"marks of DOS with line ends at the end", list + "\x1a\r\n\x1a\n\n", job.SetStatus, listRead},
		{"a mark of DOS between rows", "account\nc1\n\x1a\nc2\n", job.SetStatus, "1: 2 c1 3 \x1a! 4 c2"},
		{"blanks in the last line", list + "  \n", job.SetStatus, listRead},
		{"blanks and tabs in the last line", list + " \t ", job.SetStatus, listRead},
		{"blanks in the last line of several columns", rooms + "   \r\n", job.Reclaim, roomsRead},
		{"blanks between tabs in the last line", "account\tname\nc1\tA\n \t \n", job.SetStatus, "1: 2 c1"},
		{"blanks in quotes", "account,name\nc1,x\n\" \",\"\"\n", job.SetStatus, "1: 2 c1 3 !"},
		{"a header with a column more", rooms + "account,vmr_id,name\n", job.Reclaim, `in.csv:4: a second header stands here, and not the first one again: "account", "vmr_id", "name"`},
		{"swapped cells", rooms + "ff8080816b9ec3ab016ba125aca20007,c@x.example\n", job.Reclaim, roomsRead + " 4 ff8080816b9ec3ab016ba125aca20007!"},
	} {
		opts := reader.Options{}
		if test.op.Name == "status" {
			opts.Value = "1"
		}
		got, err := told(test.input, test.op, opts)
		if err != nil {
			got = err.Error()
		}
		if got != test.want {
			t.Errorf("%s: %s\nwant %s", test.name, got, test.want)
		}
	}
}

// termsOfUse are nine lines from the seventh on, told as doubts.
func termsOfUse() (text string) {
	for line := range 9 {
		text += fmt.Sprintf(" %d Terms of use: a notice?shape", 7+line)
	}
	return text
}
