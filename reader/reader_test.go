package reader_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"

	"meetbatch/job"
	"meetbatch/reader"
)

// read reads a whole input; each row becomes "line account value" with its reason or warning.
func read(input io.Reader, op job.Operation, opts reader.Options) (rows []string, raw []byte, err error) {
	r, err := reader.New(input, "in.csv", op, opts)
	if err != nil {
		return nil, nil, err
	}
	raw = append(raw, r.Header()...)
	for {
		it, err := r.Read()
		if err == io.EOF {
			return rows, raw, nil
		}
		if err != nil {
			return rows, raw, err
		}
		row := fmt.Sprintf("%d %s %s", it.Line, it.Account, it.Value)
		if it.Invalid != "" {
			row += " ! " + it.Reason()
		}
		if it.Warning != "" {
			row += " ? " + it.Warning
		}
		rows = append(rows, row)
		raw = append(raw, r.Raw()...)
	}
}

const room = "ff8080816b9ec3ab016ba125aca20082"

func TestRead(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, input string
		want        []string
	}{
		{"plain", "account,vmr_id\na," + room + "\nb," + room + "\n", []string{"2 a " + room, "3 b " + room}},
		{"no line end at the end", "account,vmr_id\na," + room, []string{"2 a " + room + " ? the last row has no line end, and may be cut"}},
		{"header only", "account,vmr_id", nil},
		{"CRLF and a byte order mark", "\uFEFFaccount,vmr_id\r\na," + room + "\r\n", []string{"2 a " + room}},
		{"other columns, in any order", "name,vmrId,x,ACCOUNT \n\"n, m\"," + room + ",,a\n", []string{"2 a " + room}},
		{"Chinese headers", "云会议室 ID,账号\n" + room + ",张伟\n", []string{"2 张伟 " + room}},
		{"blank lines count as lines", "account,vmr_id\n\na," + room + "\n\n\nb," + room + "\n", []string{"3 a " + room, "6 b " + room}},
		{"a quoted line break", "account,vmr_id,n\na," + room + ",\"x\ny\"\nb," + room + ",\n", []string{"2 a " + room, "4 b " + room}},
		{"blanks of every kind are trimmed", "account,vmr_id\n\u00a0a \u3000,\t" + room + " \n", []string{"2 a " + room}},
		{"empty fields", "account,vmr_id\n \u3000 ," + room + "\na,\n", []string{
			"2  " + room + " ! account is empty", "3 a  ! vmr_id is empty"}},
		{"rows of only delimiters are no rows", "account,vmr_id,n\n,,\n\"\",\"\",\n,,,,,\n,,x\na," + room + ",\n,,", []string{
			"5   ! account is empty", "6 a " + room}},
		{"a lone CR ends lines", "account,vmr_id\ra," + room + "\r\r\"b\r\"," + room + "\rc," + room, []string{
			"2 a " + room, "4 b " + room, "6 c " + room + " ? the last row has no line end, and may be cut"}},
		{"a CR too many", "account,vmr_id\r\r\na," + room + "\r\r\n", []string{"3 a " + room}},
		{"semicolons, and commas in the header", "account;vmr_id;\"name, first\"\na;" + room + ";x\n", []string{"2 a " + room}},
		{"the header once more", "account,vmr_id\na," + room + "\naccount,vmr_id\n", []string{"2 a " + room}},
		{"a byte order mark in the middle", "account,vmr_id\n\uFEFFa," + room + "\n", []string{"2 \uFEFFa " + room + " ! account has a control character"}},
		{"lone CRs among LFs", "account,vmr_id\na," + room + "\rb," + room + "\n", []string{
			"2 a " + room + "\rb ! too many fields: 3, and the header has 2; a lone CR stands in the row, and the header ends with LF"}},
		{"tabs", "name\taccount\tvmr_id\nx;y,z\ta\t" + room + "\n", []string{"2 a " + room}},
		{"more commas than semicolons behind the header", "account;vmr_id\na,,,;" + room + "\n", []string{"2 a,,, " + room}},
		{"fields missing or too many", "account,vmr_id,n\na\na," + room + ",x,y,z\n", []string{
			"2 a  ! too few fields: 1, and the header has 3", "3 a " + room + " ! too many fields: 5, and the header has 3"}},
		{"a stray quote", "account,vmr_id\na\"b," + room + "\nc," + room + "\n", []string{
			"2 a\"b " + room + " ! a quote stands inside a field, or text behind a closing quote", "3 c " + room}},
		{"quotes that pair up over lines", "account,vmr_id\na,\"x\nb,\"y\"\nc," + room + "\n", []string{
			"2 a x\nb,\"y ! a quote stands inside a field, or text behind a closing quote: the row runs on to line 3", "4 c " + room}},
		{"the number that people dial", "account,vmr_id\na,938305104\n", []string{
			"2 a 938305104 ! vmr_id is the number that people dial, not the room's unique id"}},
		{"16 digits are another shape", "account,vmr_id\na,1234567890123456\n", []string{"2 a 1234567890123456 ? vmr_id is not 32 hex digits"}},
		{"a spreadsheet's number", "account,vmr_id\na,9.9E+15\n1.2e+11," + room + "\n", []string{
			"2 a 9.9E+15 ! vmr_id was turned into a rounded number by a spreadsheet",
			"3 1.2e+11 " + room + " ! account was turned into a rounded number by a spreadsheet"}},
		{"dots", "account,vmr_id\n.," + room + "\n..," + room + "\n...," + room + "\n", []string{
			"2 . " + room + " ! account is . or .., which would change the request's path",
			"3 .. " + room + " ! account is . or .., which would change the request's path",
			"4 ... " + room}},
		{"control characters", "account,vmr_id\na\x07b," + room + "\n", []string{"2 a\x07b " + room + " ! account has a control character"}},
		{"too long", "account,vmr_id\n" + strings.Repeat("伟", 255) + "," + room + "\n" + strings.Repeat("伟", 256) + "," + room + "\n", []string{
			"2 " + strings.Repeat("伟", 255) + " " + room,
			"3 " + strings.Repeat("伟", 256) + " " + room + " ! account is longer than 255 characters"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			for _, input := range []io.Reader{strings.NewReader(test.input), iotest.OneByteReader(strings.NewReader(test.input))} {
				rows, _, err := read(input, job.Reclaim, reader.Options{})
				if err != nil {
					t.Fatal(err)
				}
				if fmt.Sprintf("%q", rows) != fmt.Sprintf("%q", test.want) {
					t.Errorf("rows = %q, want %q", rows, test.want)
				}
			}
		})
	}
}

// TestBlankLines: any number of lines that hold nothing is passed over.
func TestBlankLines(t *testing.T) {
	t.Parallel()
	lines := reader.Mass(3<<17, 3<<19) // more than the reader looks at in advance, and, of all, than a row with an open quote may have
	for _, end := range []string{"\n", "\r\n", "\r"} {
		for _, delimiter := range []string{",", ";"} {
			blank := strings.Repeat(end, lines)
			input := "account" + delimiter + "vmr_id" + end + "a" + delimiter + room + end + blank + "b" + delimiter + room + end + blank
			rows, _, err := read(strings.NewReader(input), job.Reclaim, reader.Options{})
			if want := fmt.Sprintf("[2 a %s %d b %s]", room, 3+lines, room); err != nil || fmt.Sprint(rows) != want {
				t.Errorf("%q, %q: rows = %q, %v, want %s", end, delimiter, rows, err, want)
			}
		}
	}
	input := strings.Repeat("\n", lines) + "account,vmr_id\na," + room + "\n"
	rows, _, err := read(strings.NewReader(input), job.Reclaim, reader.Options{})
	if want := fmt.Sprintf("[%d a %s]", 2+lines, room); err != nil || fmt.Sprint(rows) != want {
		t.Errorf("before the header: rows = %q, %v, want %s", rows, err, want)
	}
}

func TestReadStatus(t *testing.T) {
	t.Parallel()
	input := "account,user_status\na,0\nb,Normal\nc,正常\nd,1\ne,DISABLED\nf,停用\ng,2\nh,\n"
	want := []string{"2 a 0", "3 b 0", "4 c 0", "5 d 1", "6 e 1", "7 f 1",
		`8 g 2 ! user_status is not 0, 1, normal or disabled: "2"`, "9 h  ! user_status is empty"}
	rows, _, err := read(strings.NewReader(input), job.SetStatus, reader.Options{})
	if err != nil || fmt.Sprint(rows) != fmt.Sprint(want) {
		t.Errorf("rows = %q, %v, want %q", rows, err, want)
	}
}

func TestRefused(t *testing.T) {
	t.Parallel()
	broken := errors.New("the disk is gone")
	alike := reader.Mass([]string{"a long cell", "a long cell in quotes at the end"}, nil) // 8 MiB each, and two more of the kind stay
	letters := strings.Repeat("x", 8<<20+5000)
	long := func(before, behind string) io.Reader {
		return io.MultiReader(strings.NewReader(before), strings.NewReader(letters), strings.NewReader(behind))
	}
	for _, test := range []struct {
		name, want string
		input      io.Reader
		opts       reader.Options
	}{
		{"empty", "in.csv: the file is empty", strings.NewReader(""), reader.Options{}},
		{"blank lines only", "in.csv: the file is empty", strings.NewReader("\n\n"), reader.Options{}},
		{"not text", "in.csv:3: byte 21 of the file (0xFF): this is not UTF-8, and hardly Chinese in GB18030", strings.NewReader("account,vmr_id\na,x\nb\xff,c\n"), reader.Options{}},
		{"Latin-1", "in.csv:2: byte 17 of the file (0xFC): this is not UTF-8, and hardly Chinese in GB18030", strings.NewReader("account,vmr_id\nM\xFCller,x\n"), reader.Options{}},
		{"damaged UTF-8", "in.csv:2: byte 18 of the file (0xE4) is not text in UTF-8", strings.NewReader("账号,vmr_id\n张\xE4\xBD伟,x\n"), reader.Options{}},
		{"GB18030 behind UTF-8", "in.csv:3: byte 19 of the file (0xD5) is not text in UTF-8", strings.NewReader("账号,vmr_id\na,x\n\xD5\xC5,x\n"), reader.Options{}},
		{"damaged GB18030", "in.csv:2: byte 15 of the file (0xFF) is not text in GB18030", strings.NewReader("\xD5\xCB\xBA\xC5,vmr_id\n\xD5\xC5\xFF,x\n"), reader.Options{}},
		{"GB18030 against the flag", "in.csv:1: byte 1 of the file (0xD5) is not text in UTF-8", strings.NewReader("\xD5\xCB\xBA\xC5,vmr_id\n"), reader.Options{Encoding: reader.UTF8}},
		{"half a character of UTF-16", "in.csv:2: byte 31 is not text in UTF-16", strings.NewReader("\xff\xfea\x00c\x00c\x00o\x00u\x00n\x00t\x00,\x00i\x00d\x00\n\x00x\x00,\x00y\x00\xD8"), reader.Options{}},
		{"half a pair of UTF-16", "in.csv:2: half a character is no text in UTF-16", strings.NewReader("\xff\xfea\x00c\x00c\x00o\x00u\x00n\x00t\x00,\x00i\x00d\x00\n\x00\x00\xD8,\x00y\x00"), reader.Options{}},
		{"a spreadsheet", "in.csv: this is a zip file, not a CSV", strings.NewReader("PK\x03\x04\x14"), reader.Options{}},
		{"not text in a later line of a row", "in.csv:3: byte 21 of the file (0xFF) is not text in UTF-8", strings.NewReader("account,vmr_id\na,\"b\n\xFF\""), reader.Options{Encoding: reader.UTF8}},
		{"a row without end that begins with a mistake", "in.csv:2: the row is too long, more than 8 MiB", long("account,vmr_id\na\"b,", "victim,v\nb,c\n"), reader.Options{}},
		{"a long cell", "in.csv:3: the row is too long, more than 8 MiB", long("account,vmr_id,photo\na,b,\nc,d,", "\ne,f,\n"), reader.Options{}},
		{"a long cell in quotes", "in.csv:2: the row is too long, more than 8 MiB", strings.NewReader("account,vmr_id,photo\na,b,\"" + strings.Repeat("x\"\",\n", 1<<21) + "\"\ne,\"f\",\n"), reader.Options{}},
		{"a long cell in quotes at the end", "in.csv:2: the row is too long, more than 8 MiB", long("account;photo;vmr_id\r\na;\"", "\";b"), reader.Options{}},
		{"a long header", "in.csv: the header row is longer than 256 KiB", strings.NewReader("account,vmr_id," + strings.Repeat("x\"", 1<<20)), reader.Options{}},
		{"a quote not closed before others", "in.csv:2: the row is too long, more than 1 MiB, and rows stand in it: a quote is opened on line 2 and not closed", strings.NewReader("account,vmr_id,n\na,b,\"c\n" + strings.Repeat("d,e,f\n", 1<<18) + "a,\"b\",c\n"), reader.Options{}},
		{"a quote not closed in a later line of a row", "in.csv:2: the row is too long, more than 8 MiB: a quote is opened on line 4 and not closed", strings.NewReader("account,vmr_id,n\na,\"b\n\nb\",\"" + strings.Repeat("d,e,f\r\n", 3<<19)), reader.Options{}},
		{"a long row behind blank lines", "in.csv:1572870: the row is too long, more than 8 MiB", long("account,vmr_id\na,b\n\n\n\n"+strings.Repeat("\r\n", 3<<19)+"c,", ""), reader.Options{}},
		{"a window of zstd that is too large", "in.csv:1: the compressed file needs a window above 128 MB", strings.NewReader("\x28\xB5\x2F\xFD\x00\x90\x01\x00\x00"), reader.Options{}},
		{"a segment of zstd that is too large", "in.csv:1: the compressed file needs a window above 128 MB", strings.NewReader("\x28\xB5\x2F\xFD\xA0\x00\x00\x00\x10\x01\x00\x00"), reader.Options{}},
		{"half a gzip file", "in.csv: the compressed file is cut short", strings.NewReader("\x1f\x8b\x08\x00\x00"), reader.Options{}},
		{"a NUL", "in.csv:1: byte 8 of the file (0x00) is not text in UTF-8", strings.NewReader("account\x00,vmr_id\n"), reader.Options{}},
		{"UTF-16 without a mark", "in.csv:1: byte 2 of the file (0x00) is not text in UTF-8", strings.NewReader("a\x00,\x00\n\x00"), reader.Options{}},
		{"a quote never closed", "in.csv:3: a quote is opened in this row and never closed", strings.NewReader("account,vmr_id\na,b\nc,\"d\ne,f\n"), reader.Options{}},
		{"a row without end", "in.csv:3: the row is too long, more than 8 MiB: a quote is opened on line 3 and not closed", strings.NewReader("account,vmr_id\na,b\nc,\"" + strings.Repeat("x\n", 5<<20)), reader.Options{}},
		{"cannot be read on", "in.csv:3: the disk is gone", io.MultiReader(strings.NewReader("account,vmr_id\na,b\nc,"), iotest.ErrReader(broken)), reader.Options{}},
		{"a column for two fields", `in.csv: column "account" is named as both account and vmr_id`, strings.NewReader("account\n"),
			reader.Options{Columns: map[string]string{"vmr_id": "account"}}},
	} {
		if slices.Contains(alike, test.name) {
			continue
		}
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			_, _, err := read(test.input, job.Reclaim, test.opts)
			var e *reader.Error
			if !errors.As(err, &e) || e.Error() != test.want {
				t.Errorf("error = %v, want %s", err, test.want)
			}
		})
	}
}

func TestColumnsByName(t *testing.T) {
	t.Parallel()
	input := "id,vmrId,owner\n" + room + ",938305104,a\n"
	rows, _, err := read(strings.NewReader(input), job.Reclaim, reader.Options{Columns: map[string]string{"vmr_id": "id", "account": "Owner "}})
	if err != nil || fmt.Sprint(rows) != "[2 a "+room+"]" {
		t.Errorf("rows = %q, %v", rows, err)
	}
}

// TestWritten: whatever its encoding, delimiter, line ends and compression, an input is read to the same
// rows, and given back byte for byte.
func TestWritten(t *testing.T) {
	t.Parallel()
	const text = "名称;账号;vmr_id;n\n\"会议室\n\"\"A\"\"\"; 张伟\u3000;" + room + ";\n\u20AC\U00020000\uFFFD;李娜;" + room + ";x\n;王;" + room + ";;\nabc;d;" + room + ";"
	want := fmt.Sprint([]string{"2 张伟 " + room, "4 李娜 " + room, "5 王 " + room, "6 d " + room + " ? the last row has no line end, and may be cut"})
	encodings := map[string]encoding.Encoding{
		"utf-8": unicode.UTF8, "utf-8 marked": unicode.UTF8BOM, "gb18030": simplifiedchinese.GB18030,
		"utf-16 LE": unicode.UTF16(unicode.LittleEndian, unicode.UseBOM), "utf-16 BE": unicode.UTF16(unicode.BigEndian, unicode.UseBOM),
	}
	for name, encoding := range encodings {
		for _, delimiter := range []string{",", ";", "\t"} {
			for _, end := range []string{"\n", "\r\n", "\r"} {
				input, err := encoding.NewEncoder().String(strings.NewReplacer(";", delimiter, "\n", end).Replace(text))
				if err != nil {
					t.Fatal(err)
				}
				for packing, pack := range map[string]func(io.Writer) io.WriteCloser{
					"plain": plain, "gzip": func(w io.Writer) io.WriteCloser { return gzip.NewWriter(w) },
					"zstd": func(w io.Writer) io.WriteCloser {
						z, _ := zstd.NewWriter(w, zstd.WithEncoderConcurrency(1), zstd.WithLowerEncoderMem(true))
						return z
					},
				} {
					var packed bytes.Buffer
					w := pack(&packed)
					io.WriteString(w, input)
					w.Close()
					rows, raw, err := read(iotest.HalfReader(&packed), job.Reclaim, reader.Options{})
					if err != nil || fmt.Sprint(rows) != want || string(raw) != input {
						t.Errorf("%s, delimiter %q, line ends %q, %s: %q, %v\nraw  %q\nwant %q", name, delimiter, end, packing, rows, err, raw, input)
					}
				}
			}
		}
	}
}

func plain(w io.Writer) io.WriteCloser {
	return struct {
		io.Writer
		io.Closer
	}{w, io.NopCloser(nil)}
}

// FuzzRead: reading never panics; it ends well or with an *Error; the lines ascend; and what the
// reader gives back byte for byte, put together, is the input but for blank lines: no row vanishes.
func FuzzRead(f *testing.F) {
	seeds, err := filepath.Glob("../testdata/*.csv")
	exports, _ := filepath.Glob("../testdata/exports/*.csv")
	seeds = append(seeds, exports...)
	if err != nil || len(seeds) == 0 {
		f.Fatalf("no seeds: %v", err)
	}
	for _, seed := range seeds {
		text, err := os.ReadFile(seed)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text[:min(1500, len(text))]) // the fuzzer is slow on long ones
	}
	for _, text := range []string{"account,vmr_id\r\n\r\na,\"b\r\nc\"\r\n\rx,y", "account,id\n\"a\"b\",c\n,\n\n", "\uFEFFaccount,id\na\rb,c", "account,id\r", "account;id\r\"a\r\";b\r;\rc;d",
		"\xff\xfea\x00c\x00c\x00o\x00u\x00n\x00t\x00,\x00i\x00d\x00\n\x00x\x00,\x00y\x00", "\xD5\xCB\xBA\xC5\tid\n\xD5\xC5\ta\n",
		"\xff\xfea\x00c\x00c\x00o\x00u\x00n\x00t\x00,\x00i\x00d\x00,\x00n\x00\n\x00a\x00,\x00b\x00,\x00\x3D\xD8\n\x00", "account,id,n\na,b,\xFF\n\xFF,c,\n\x1A\x1A"} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, input []byte) {
		for _, op := range []job.Operation{job.Reclaim, job.SetStatus} {
			r, err := reader.New(bytes.NewReader(input), "in.csv", op, reader.Options{})
			var e *reader.Error
			if err != nil {
				if !errors.As(err, &e) {
					t.Fatalf("%T: %v", err, err)
				}
				continue
			}
			if bytes.HasPrefix(input, []byte("\x1F\x8B")) || bytes.HasPrefix(input, []byte("\x28\xB5")) {
				continue // what is given back is not compressed
			}
			rebuilt := r.Header()
			last := int64(0)
			for {
				it, err := r.Read()
				if err == io.EOF {
					break
				}
				if err != nil {
					if !errors.As(err, &e) {
						t.Fatalf("%T: %v", err, err)
					}
					return
				}
				if it.Line <= last {
					t.Fatalf("line %d after line %d", it.Line, last)
				}
				if it.Invalid == "" && (it.Account == "" || it.Value == "") {
					t.Fatalf("line %d is valid, and empty: %+v", it.Line, it)
				}
				last = it.Line
				rebuilt = append(rebuilt, r.Raw()...)
			}
			if slices.ContainsFunc(r.Notes(), func(n reader.Note) bool { return strings.HasPrefix(n.Text, "left out") }) {
				continue // it tells of what it passed over
			}
			table := r.Table()
			if got, want := solid(rebuilt, table.Delimiter), solid(input, table.Delimiter); !bytes.Equal(got, want) {
				t.Fatalf("put together: %q\nthe input:   %q", got, want)
			}
		}
	})
}

// solid removes line ends, delimiters, quotes and blanks, which is more than the blank rows that a reader may pass over, and a
// mark at the end.
func solid(text []byte, delimiter rune) []byte {
	return bytes.TrimRight(bytes.Map(func(c rune) rune {
		if c == delimiter || strings.ContainsRune("\r\n,;\t\"\x00 \f", c) {
			return -1
		}
		return c
	}, text), "\x1A")
}

// TestExports reads what LibreOffice 7.4 saved from one and the same spreadsheet, in the encodings and with
// the delimiters that it offers: two rooms' names hold a line break or a delimiter, two IDs had become numbers,
// and two rows were empty.
func TestExports(t *testing.T) {
	t.Parallel()
	want := fmt.Sprint([]string{
		"2 张伟 ff8080816b9ec3ab016ba125aca20082",
		"3 李娜 ff8080816b9ec3ab016ba125aca20083",
		"5 王芳 ff8080816b9ec3ab016ba125aca20084",
		"7 赵磊 938305104 ! vmr_id is the number that people dial, not the room's unique id",
		"8 钱进 9.90E+15 ! vmr_id was turned into a rounded number by a spreadsheet",
	})
	for name, refused := range map[string]bool{
		"utf8-comma": false, "utf8-quoted-semicolon": false, "utf16-comma": false, "utf16-tab": false,
		"gb18030-semicolon": false, "gbk-tab": false, "big5-tab": true, "shift-jis-tab": true,
	} {
		input, err := os.ReadFile(filepath.Join("..", "testdata", "exports", name+".csv"))
		if err != nil {
			t.Fatal(err)
		}
		rows, raw, err := read(bytes.NewReader(input), job.Reclaim, reader.Options{})
		switch {
		case refused:
			if err == nil {
				t.Errorf("%s was read: %q", name, rows)
			}
		case err != nil || fmt.Sprint(rows) != want:
			t.Errorf("%s: %q, %v", name, rows, err)
		default: // but for the row of only delimiters, which is no row
			at := bytes.Index(raw, []byte("赵"))
			if missing := len(input) - len(raw); missing < 5 || missing > 10 || at >= 0 && !bytes.HasSuffix(input, raw[at:]) {
				t.Errorf("%s: %d bytes were not given back", name, missing)
			}
		}
	}
}
