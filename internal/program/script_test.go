package program

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/csv"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/klauspost/compress/zstd"
	"github.com/rogpeppe/go-internal/testscript"
	"golang.org/x/text/encoding/ianaindex"
)

// copydir FROM TO copies a directory that is not there yet, with all that is in it.
func copyDir(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: copydir FROM TO")
	}
	to := ts.MkAbs(args[1])
	ts.Check(os.Mkdir(to, 0o777))
	ts.Check(os.CopyFS(to, os.DirFS(ts.MkAbs(args[0]))))
}

// holds DIR NAME... wants a directory to hold just what has these names, in the order of the alphabet. Windows has the lock of
// refused.jsonl beside it, which is passed over.
func holds(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 1 {
		ts.Fatalf("usage: holds DIR NAME...")
	}
	entries, err := os.ReadDir(ts.MkAbs(args[0]))
	ts.Check(err)
	var names []string
	for _, e := range entries {
		if e.Name() != "refused.jsonl.lock" {
			names = append(names, e.Name())
		}
	}
	if !slices.Equal(names, args[1:]) {
		ts.Fatalf("%s holds %v", args[0], names)
	}
}

// edit FILE REGEXP REPLACEMENT replaces each match in a file, of which there has to be one. As with grep, ^ and $ match
// at every line; in the replacement ${1} is the first group.
func edit(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: edit FILE REGEXP REPLACEMENT")
	}
	re, err := regexp.Compile("(?m)" + args[1])
	ts.Check(err)
	text := ts.ReadFile(args[0])
	if !re.MatchString(text) {
		ts.Fatalf("no match for %#q found in %s", args[1], args[0])
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(re.ReplaceAllString(text, args[2])), 0o666))
}

// seal FILE gives a run.json that was edited the sum that it would have if the program had written it so.
func seal(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: seal FILE")
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), sealed([]byte(ts.ReadFile(args[0]))), 0o666))
}

// sealed gives the text of a run.json with the sum of what stands before its last member.
func sealed(text []byte) []byte {
	text = text[:bytes.LastIndex(text, []byte("  \"sha256\""))]
	return fmt.Appendf(bytes.Clone(text), "  \"sha256\": \"%x\"\n}\n", sha256.Sum256(text))
}

// append FILE TEXT [TIMES] writes a text behind what is in a file, which need not be there yet. The text has the escapes
// of a string in Go.
func appendText(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 || len(args) > 3 {
		ts.Fatalf("usage: append FILE TEXT [TIMES]")
	}
	text, err := strconv.Unquote(`"` + args[1] + `"`)
	ts.Check(err)
	times := 1
	if len(args) > 2 {
		times, err = strconv.Atoi(args[2])
		ts.Check(err)
	}
	f, err := os.OpenFile(ts.MkAbs(args[0]), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o666)
	ts.Check(err)
	_, err = io.WriteString(f, strings.Repeat(text, times))
	ts.Check(err)
	ts.Check(f.Close())
}

// truncate FILE N leaves the first N bytes of a file, which has more; -N takes away the last N.
func truncate(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: truncate FILE N|-N")
	}
	n, err := strconv.ParseInt(args[1], 10, 64)
	ts.Check(err)
	size := int64(len(ts.ReadFile(args[0])))
	if strings.HasPrefix(args[1], "-") {
		n += size
	}
	if n < 0 || n >= size {
		ts.Fatalf("%s has %d bytes", args[0], size)
	}
	ts.Check(os.Truncate(ts.MkAbs(args[0]), n))
}

// encode ENCODING FROM TO writes a file of UTF-8 in another encoding, by its IANA name and without a mark.
func encode(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: encode ENCODING FROM TO")
	}
	encoding, err := ianaindex.IANA.Encoding(args[0])
	ts.Check(err)
	text, err := encoding.NewEncoder().String(ts.ReadFile(args[1]))
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[2]), []byte(text), 0o666))
}

// pack gzip|zstd FROM TO compresses a file.
func pack(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: pack gzip|zstd FROM TO")
	}
	text := ts.ReadFile(args[1])
	f, err := os.Create(ts.MkAbs(args[2]))
	ts.Check(err)
	var packer io.WriteCloser
	switch args[0] {
	case "gzip":
		packer = gzip.NewWriter(f)
	case "zstd":
		packer, err = zstd.NewWriter(f)
		ts.Check(err)
	default:
		ts.Fatalf("unknown compression %s", args[0])
	}
	_, err = io.WriteString(packer, text)
	ts.Check(err)
	ts.Check(packer.Close())
	ts.Check(f.Close())
}

// unpack FROM TO writes what a file that is compressed with zstd holds.
func unpack(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: unpack FROM TO")
	}
	r, err := zstd.NewReader(strings.NewReader(ts.ReadFile(args[0])))
	ts.Check(err)
	defer r.Close()
	text, err := io.ReadAll(r)
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), text, 0o666))
}

// columns FILE,FILE... NAME,NAME... [LINE] prints columns of a table, or of several, by their headers, in the order of the
// input's lines, which the column "line" has; with LINE, the row of that line alone, which has to be there.
func columns(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 || len(args) > 3 {
		ts.Fatalf("usage: columns FILE,FILE... NAME,NAME... [LINE]")
	}
	var rows [][]string
	for file := range strings.SplitSeq(args[0], ",") {
		more, err := csv.NewReader(strings.NewReader(ts.ReadFile(file))).ReadAll()
		ts.Check(err)
		rows = append(rows, more[min(len(rows), 1):]...)
	}
	index := func(name string) int {
		i := slices.Index(rows[0], name)
		if i < 0 {
			ts.Fatalf("%s has no column %s", args[0], name)
		}
		return i
	}
	line := index("line")
	number := func(row []string) int {
		n, err := strconv.Atoi(row[line])
		ts.Check(err)
		return n
	}
	chosen := rows[1:]
	if len(args) > 2 {
		chosen = slices.DeleteFunc(chosen, func(row []string) bool { return row[line] != args[2] })
	}
	if len(chosen) == 0 {
		ts.Fatalf("%s has no such row", args[0])
	}
	slices.SortStableFunc(chosen, func(a, b []string) int { return number(a) - number(b) })
	out := csv.NewWriter(ts.Stdout())
	for _, row := range chosen {
		var cells []string
		for name := range strings.SplitSeq(args[1], ",") {
			cells = append(cells, row[index(name)])
		}
		ts.Check(out.Write(cells))
	}
	out.Flush()
}

// strangers TLS NOTLS keeps two addresses of servers with which no TLS comes about: one has a certificate that nobody
// vouches for, the other speaks plain HTTP.
func strangers(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: strangers TLS NOTLS")
	}
	secure, plain := httptest.NewUnstartedServer(http.NotFoundHandler()), httptest.NewServer(http.NotFoundHandler())
	secure.Config.ErrorLog = log.New(io.Discard, "", 0)
	secure.StartTLS()
	ts.Defer(secure.Close)
	ts.Defer(plain.Close)
	ts.Setenv(args[0], secure.URL)
	ts.Setenv(args[1], strings.Replace(plain.URL, "http", "https", 1))
}

// instant DURATION VARIABLE keeps the instant that is so far ahead, as a clock eight hours east of Greenwich shows it.
func instant(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: instant DURATION VARIABLE")
	}
	ahead, err := time.ParseDuration(args[0])
	ts.Check(err)
	ts.Setenv(args[1], time.Now().Add(ahead).In(time.FixedZone("", 8*60*60)).Format(time.RFC3339Nano))
}
