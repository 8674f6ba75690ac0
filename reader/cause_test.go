package reader_test

import (
	"io"
	"strings"
	"testing"

	"meetbatch/job"
	"meetbatch/reader"
)

// TestCause: where no header is found, the error names what is the matter, and the hint what helps.
func TestCause(t *testing.T) {
	t.Parallel()
	const a, b = "ff8080816b9ec3ab016ba125aca20001", "ff8080816b9ec3ab016ba125aca20002"
	pad := func(text string) string { return text + strings.Repeat(" ", 34-len(text)) }
	fixed := pad("account") + pad("vmr_id") + "\n" + pad(strings.Repeat("-", 32)) + pad(strings.Repeat("-", 32)) + "\n" + pad("a@x.example") + pad(a) + "\n"
	for name, test := range map[string]struct {
		input        string
		opts         reader.Options
		reason, hint string // parts of them
	}{
		"fixed width":                {fixed + "\n(1 rows affected)\n", reader.Options{}, "columns of fixed width", "sqlcmd -W -s"},
		"fixed width, below a title": {"Changed database context to 'x'.\n" + fixed, reader.Options{}, "columns of fixed width", "sqlcmd -W -s"},
		"blanks":                     {"account vmr_id\na@x.example " + a + "\n", reader.Options{}, "divided by blanks", "sep="},
		"quotes and blanks":          {"\"account\" \"vmr_id\"\n\"1\" \"a@x.example\" \"" + a + "\"\n", reader.Options{}, "divided by blanks", "write.csv"},
		"psql's records":             {"-[ RECORD 1 ]-----\naccount | a\nvmr_id  | " + a + "\n", reader.Options{}, "one line for each field", "psql --csv"},
		"psql's records, titled":     {"\n-[ RECORD 1 ]+----\naccount | a\nvmr_id  | " + a + "\n", reader.Options{}, "one line for each field", "psql --csv"},
		"mysql's records":            {"*************************** 1. row ***************************\naccount: a\n vmr_id: " + a + "\n", reader.Options{}, "one line for each field", "--batch"},
		"lines in quotes":            {"\"account,vmr_id\"\n\"a@x.example," + a + "\"\n", reader.Options{}, "each line as a whole stands in quotes", "quotes"},
		"lines in quotes, others":    {"\"account;\"\"vmr_id\"\"\"\n\"a@x.example;\"\"" + a + "\"\"\"\n", reader.Options{}, "each line as a whole stands in quotes", "quotes"},
		"sep= that lies":             {"sep=;\naccount,vmr_id\na@x.example," + a + "\n", reader.Options{}, "sep=", "delimiter ,"},
		"sep= that lies of tabs":     {"sep=,\naccount\tvmr_id\na@x.example\t" + a + "\n", reader.Options{}, "sep=", "delimiter tab"},
		"utf-16 that is none":        {"account,vmr_id\na@x.example," + a + "\n", reader.Options{Encoding: reader.UTF16}, "not UTF-16", "encoding auto"},
		"gb18030 that is none":       {"账号,id\na@x.example," + a + "\n", reader.Options{Encoding: reader.GB18030}, "gb18030", "encoding utf-8"},
		"windows-1252 that is none":  {"云会议室ID,账号,é\n" + a + ",a,\n", reader.Options{Encoding: reader.Windows1252}, "WINDOWS-1252", "encoding auto"},
		"a mark of another":          {"\uFEFFaccount,vmr_id\na@x.example," + a + "\n", reader.Options{Encoding: reader.GB18030}, "gb18030", "encoding utf-8"},
		"a column too far":           {"account,vmr_id\na," + a + "\n", reader.Options{Columns: map[string]string{"account": "#99"}}, "there is no column #99", `the headers are "account", "vmr_id"`},
		"a header across the edge":   {"#" + strings.Repeat("x", 256<<10-5) + "\naccount,vmr_id\na," + a + "\n", reader.Options{}, "in line 2, does not end within the first 256 KiB", "above"},
		"a header beyond the edge":   {"account,vmr_id," + strings.Repeat("x", 256<<10) + "\na," + a + "\n", reader.Options{}, "the header row is longer than 256 KiB", "quote"},
		"R's row numbers":            {"\"account\",\"vmr_id\"\n\"1\",\"a\",\"" + a + "\"\n\"2\",\"b\",\"" + b + "\"\n", reader.Options{}, "row numbers", "row.names=FALSE"},
	} {
		_, err := told(test.input, job.Reclaim, test.opts)
		e, _ := err.(*reader.Error)
		if e == nil || !strings.Contains(e.Error(), test.reason) || !strings.Contains(e.Hint(), test.hint) || strings.HasPrefix(e.Hint(), ";") {
			t.Errorf("%s: %v", name, err)
			if e != nil {
				t.Log(e.Hint())
			}
		}
	}
}

// TestRowNumbers: rows that begin with their numbers, for which there is no header, are never read one column aside.
func TestRowNumbers(t *testing.T) {
	t.Parallel()
	for input, want := range map[string]string{
		"account,note\n1,a,\n2,b,\n3,c,\n":               "in.csv:1: the rows begin with row numbers, for which the header has no cell",
		"account,note\n1,a,\n":                           "in.csv:1: the rows begin with row numbers, for which the header has no cell",
		"account,note\n\"1\",\"a\",NA\n\"2\",\"b\",NA\n": "in.csv:1: the rows begin with row numbers, for which the header has no cell",
		"note\taccount\tn\n1\tx\ta\tz\n2\ty\tb\tz\n":     "in.csv:1: the rows begin with row numbers, for which the header has no cell",
		"account,note\n3,a,\n17,b,\n120,c,\n":            "1: 2 3 3 17 4 120; 0 []",
		"account,note\n13900000011,a,\n13900000012,b,\n": "1: 2 13900000011 3 13900000012",
		"account,note\n1001,a,\n1002,b,\n1003,c,\n":      "1: 2 1001 3 1002 4 1003",
		",account,note\n1,a,\n2,b,\n":                    "1: 2 a 3 b",
		"no,account\n1,a,\n2,b,\n":                       "1: 2 a 3 b",
		"account,note\nb,a,\na,b,\n":                     "1: 2 b 3 a",
	} {
		if got := disabled(t, input); got != want {
			t.Errorf("%q: %s\nwant %s", input, got, want)
		}
	}
}

// TestBackslashes: where quotes are escaped with backslashes, a backslash in quotes is, too, in every row.
func TestBackslashes(t *testing.T) {
	t.Parallel()
	const note = `"x","a \"b\""` + "\n"
	for input, want := range map[string]string{
		"account,n\n\"CORP\\\\a\",\"1\"\n" + note + "\"CORP\\\\b\",\"2\"\n":                                     "1: 2 CORP\\a 3 x 4 CORP\\b; 1 [3]",
		"account,n\n\"CORP\\\\a \\\"b\\\"\",\"1\"\n":                                                            "1: 2 CORP\\a \"b\"?placeholder; 1 [2]",
		"account,n\n" + note + "\"CORP\\\\\",\"2\"\n":                                                           "1: 2 x 3 CORP\\; 1 [2]",
		"account,n\n" + note + "CORP\\\\b,\"2\"\n":                                                              "1: 2 x 3 CORP\\\\b?placeholder; 1 [2]",
		"account,n\n\"CORP\\\\a\",\"1\"\n":                                                                      "1: 2 CORP\\\\a?placeholder",
		"account,n\n\"CORP\\a\",\"1\"\n":                                                                        "1: 2 CORP\\a",
		"account,n\n\"CORP\\\\a\",\"1\"\n" + strings.Repeat("y,\""+strings.Repeat("z", 9999)+"\"\n", 30) + note: "1: 2 CORP\\\\a?placeholder",
		"account,n\n\"a\",\"C:\\\"\n\"CORP\\\\b\",\"2\"\n":                                                      "1: 2 a 3 CORP\\\\b?placeholder",
		"account,n\n\"x\",\"\\\"\"\n\"y\",\"1\"\nz,2\n":                                                         "1: 2 x! 4 z", // the lines are one row for a CSV
	} {
		if got := disabled(t, input); got != want && !(len(input) > 9999 && strings.HasPrefix(got, want)) {
			t.Errorf("%.60q: %.200s\nwant %s", input, got, want)
		}
	}
}

// TestTitleOfFailed: a title above a header stays one above any of the rows, as failed.csv has them.
func TestTitleOfFailed(t *testing.T) {
	t.Parallel()
	input := "Leavers of March\naccount\n" + strings.Repeat("liwei\n", 1000) + "Zhang San\n"
	r, err := reader.New(strings.NewReader(input), "in.csv", job.SetStatus, reader.Options{Value: "1"})
	if err != nil {
		t.Fatal(err)
	}
	failed := string(r.Header())
	for {
		it, err := r.Read()
		if err == io.EOF {
			break
		}
		if strings.Contains(it.Account, " ") {
			failed += string(r.Raw())
		}
	}
	if _, err := told(failed, job.SetStatus, reader.Options{Value: "1"}); err != nil {
		t.Errorf("%q: %v", failed, err)
	}
}
