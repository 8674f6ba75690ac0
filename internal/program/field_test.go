package program

import (
	"bytes"
	"fmt"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"

	"meetbatch/internal/cli"
)

// TestField: the tables that users of such programs ran into (testdata/field) are read right, or refused in words. What
// is right: the exit code of a rehearsal, the lines of the rows that are sent, and what is told.
func TestField(t *testing.T) {
	t.Parallel()
	const disable, reclaim = "status --to disabled", "reclaim"
	for _, test := range []struct {
		file, args string
		code       int
		sent       string // lines, a-b for all in between
		told       string // a regular expression
	}{
		{"01a", reclaim, 0, "3-6", `header in line 2, utf-8, semicolons`},
		{"02a", disable, 0, "3-5", `header in line 2,`},
		{"03a", reclaim, 0, "5-9", `left out, as they stand above the header: 2 rows \(lines 1, 2; such as "Room holders"\)(?s:.*)header in line 4,`},
		{"04a", reclaim, 0, "2-61", `left out, as they stand below the table: 5 rows \(lines 63, 64, 65, 66, 67;`},
		{"04b", disable, 0, "2-5", `left out, as they stand below the table: 1 row \(line 6; such as "Total: 4"\)`},
		{"05a", reclaim, 0, "2-6", ``},
		{"06a", reclaim, 0, "2-9", ``},
		{"07a", reclaim, 3, "", `account is a formula of a spreadsheet.*: 3 rows \(lines 2, 3, 4\)`},
		{"07b", disable, 3, "", `account is a formula of a spreadsheet.*: 3 rows \(lines 2, 3, 4\)`},
		{"08a", reclaim, 3, "", `warning \(placeholder\): .*apostrophe.*: 4 rows \(lines 2, 3, 4, 5;`},
		{"08a", reclaim + " --accept placeholder", 0, "2-5", `warning \(placeholder\): .*apostrophe`},
		{"09a", disable, 3, "", `made a decimal number by a data tool: 4 rows`},
		{"10a", disable, 3, "", `warning \(rounded\): .*such as 1582917533873850000: 4 rows`},
		{"11a", disable, 3, "", `in doubt, and nobody is asked: placeholder \(2 rows\)`},
		{"12a", disable, 3, "", `warning \(placeholder\): .*\(line 3; such as "#n2@corp.example"\)`},
		{"13a", reclaim, 0, "2-6", ``},
		{"14a", reclaim, 0, "2-5", `header in line 1, utf-8, pipes`},
		{"14a", reclaim + " --delimiter |", 0, "2-5", ``},
		{"15a", reclaim, 0, "2-8", `bytes that are no text, in columns that are not read: 1 row \(line 5\)`},
		{"16a", disable, 3, "", `16a.*:2: byte 14.*also on lines 3, 4, 5\nhint: .*--encoding euc-kr`},
		{"16a", disable + " --encoding cp949", 0, "2-5", `first row     line 2: 김민수`},
		{"16c", disable, 3, "", `hardly Chinese.*\nhint: save the file as CSV UTF-8\n`},
		{"17a", reclaim, 3, "", `:6: a second header stands here, and not the first one again: "vmr_id", "account"`},
		{"18a", disable, 3, "", `warning \(unfinished\): .*\(line 4; such as "zhang3"\)`},
		{"19a", disable, 3, "", `this is a web page \(HTML\)`},
		{"19b", disable, 3, "", `this is JSON`},
		{"20a", disable, 3, "", `this is packed with xz.*\nhint: xz -d FILE`},
		{"20c", disable, 3, "", `this is packed with bzip2.*\nhint: bzip2 -d FILE`},
		{"20d", disable, 3, "", `this is a zip file`},
		{"21a", reclaim, 0, "2-5", ``},
		{"22a", disable, 3, "", `two columns are headed "账号"\nhint: choose with --column account=#1 or --column account=#3`},
		{"22a", disable + " --column account=#3", 0, "2-3", `account       column 3`},
		{"23a", disable, 0, "2-3", ``},
		{"23b", disable, 3, "", `"\*账号", "姓名", .*; choose with --column account=HEADER`},
		{"23b", disable + " --column account=*账号", 0, "2-3", ``},
		{"24a", disable, 0, "", `no rows below the header`},
		{"25", reclaim, 3, "", `the headers are "account\\n\(login\)", "vmr_id\\n"`},
		{"26", disable, 0, "2", `account       column 3001 `},
		{"27b", reclaim, 3, "", `no header row`},
		{"28a", reclaim, 3, "", `the headers are "“account”", "“vmr_id”"`},
		{"28b", disable, 3, "", `warning \(placeholder\): .*a word processor's quotes: 2 rows`},
		{"29", disable, 1, "4-40", `has a control character: 2 rows \(lines 2, 3\)`},
		{"30", reclaim, 0, "2-5", `escaped with backslashes, and were read so: 4 rows`},
		{"31", reclaim, 0, "2-5", ``},
		{"32", reclaim, 0, "2-13", ``},
		{"35", reclaim, 0, "2-3 6", ``},
		{"36", disable, 3, "", `NAME <ADDRESS>: 1 row \(line 2\)\n.*holds several addresses or IDs: 1 row \(line 4\)`},
		{"37a", "status", 3, "", `warning \(spelling\): .*"zhang.san@corp.example" and "Zhang.San@Corp.example"`},
		{"38", "status", 1, "4-60", `invalid: user_status is not 0, 1, normal or disabled`},
		{"39a", reclaim, 0, "2-6", `rows of more than 1 MiB, in columns that are not read: 1 row \(line 4\)`},
		{"40a", disable, 0, "2-4", `bytes that are no text, in columns that are not read: 2 rows`},
		{"40a", disable + " --encoding windows-1252", 0, "2-4", `windows-1252`},
		{"42a", disable, 3, "", `:1: there is no header row: .*\nhint: put a line such as account above it, or .*--no-header --column account=#1`},
		{"42a", disable + " --no-header --column account=#1", 0, "1-5", `no header`},
		{"42b", reclaim, 3, "", `:1: there is no header row`},
		{"43", reclaim, 1, "2 4-40", `too many fields: 1 row \(line 3\)`},
		{"44", disable, 3, "", `:7: the file ends in NUL characters`},
		{"47", disable, 0, "2", `semicolons`},
	} {
		t.Run(test.file+" "+test.args, func(t *testing.T) {
			t.Parallel()
			found, _ := filepath.Glob("testdata/field/" + test.file + "*")
			if len(found) != 1 {
				t.Fatalf("%d files", len(found))
			}
			dir := filepath.Join(t.TempDir(), "run")
			args := append(strings.Fields(test.args), "--sandbox", "--rate", "none", "--out", dir, found[0])
			var stderr bytes.Buffer
			if code := cli.Run(t.Context(), args, nil, nil, &stderr, &stderr); code != test.code {
				t.Errorf("exit code %d, want %d", code, test.code)
			}
			sent := map[string]bool{}
			if test.code < 2 {
				for _, row := range readTable(t, filepath.Join(dir, "results.csv")) {
					if row["status"] == "succeeded" {
						sent[row["line"]] = true
					}
				}
			}
			if want := linesOf(t, test.sent); fmt.Sprint(sent) != fmt.Sprint(want) {
				t.Errorf("sent: %v\nwant  %v", sent, want)
			}
			told := date.ReplaceAll(stderr.Bytes(), nil)
			if runtime.GOOS == "windows" { // whose shells want quotes around more
				told = regexp.MustCompile(`--column "([^"]*)"`).ReplaceAll(told, []byte("--column $1"))
			}
			if !regexp.MustCompile(test.told).Match(told) {
				t.Errorf("not told: %s", test.told)
			}
			if t.Failed() {
				t.Logf("%s", stderr.Bytes())
			}
		})
	}
}

// linesOf reads lines such as 2-4 7.
func linesOf(t *testing.T, text string) map[string]bool {
	lines := map[string]bool{}
	for part := range strings.FieldsSeq(text) {
		var first, last int
		if n, _ := fmt.Sscanf(part, "%d-%d", &first, &last); n == 0 {
			t.Fatalf("%q is no line", part)
		}
		for line := first; line <= max(first, last); line++ {
			lines[fmt.Sprint(line)] = true
		}
	}
	return lines
}
