package reader_test

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/klauspost/compress/gzip"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
	"golang.org/x/text/encoding/unicode"

	"meetbatch/job"
	"meetbatch/reader"
)

// TestEncodingOf: an encoding has many names.
func TestEncodingOf(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"auto": reader.Auto, "UTF8": reader.UTF8, "utf-16": reader.UTF16, "UTF-16LE": reader.UTF16, "GBK": reader.GB18030, "gb2312": reader.GB18030,
		"cp936": reader.GB18030, "Latin1": reader.Windows1252, "ISO-8859-1": reader.Windows1252, "cp1252": reader.Windows1252, "CP949": reader.EUCKR,
		"Big5": reader.Big5, "sjis": reader.ShiftJIS, "Shift_JIS": reader.ShiftJIS, "cp932": reader.ShiftJIS, "shift-jis": reader.ShiftJIS,
		"": "", "koi8-r": "", "euc-jp": "", "chinese simplified": "",
	} {
		if got, known := reader.EncodingOf(name); known != (want != "") || known && got != want {
			t.Errorf("%q is %q, %t, want %q", name, got, known, want)
		}
	}
}

// TestNamed: in each encoding that is named an input is read right and given back byte for byte, with no doubt, also with
// two marks and with DOS's mark at its end; a character that holds the byte of | is refused where that is the delimiter.
func TestNamed(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, account string
		as            encoding.Encoding
	}{
		{reader.UTF8, "张伟", unicode.UTF8}, {reader.GB18030, "张伟\u20AC", simplifiedchinese.GB18030}, {reader.Windows1252, "Müller\u20AC", charmap.Windows1252},
		{reader.EUCKR, "김민준똠", korean.EUCKR}, {reader.Big5, "許功蓋", traditionalchinese.Big5}, {reader.ShiftJIS, "表ソ能ﾔﾏﾀﾞ", japanese.ShiftJIS},
		{reader.UTF16, "张伟", unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM)},
	} {
		input, err := test.as.NewEncoder().String("n;account;vmr_id\n\"x\n;\";" + test.account + ";" + room + "\n")
		if err != nil {
			t.Fatal(err)
		}
		marks, end := map[string][]string{reader.UTF8: {"", "\uFEFF\uFEFF"}, reader.UTF16: {"", "\xFF\xFE\xFF\xFE"}}[test.name], "\x1A"
		if test.name == reader.UTF16 {
			end += "\x00"
		}
		for _, mark := range append(marks, "") {
			for _, end := range []string{"", "\x1A", end, end + end} {
				rows, raw, err := read(strings.NewReader(mark+input+end), job.Reclaim, reader.Options{Encoding: test.name})
				if err != nil || fmt.Sprint(rows) != "[2 "+test.account+" "+room+"]" || string(raw) != mark+input {
					t.Errorf("%s: %q, %v, raw %q of %q", test.name, rows, err, raw, mark+input)
				}
			}
		}
		if _, notes, err := readNotes([]byte(input), reader.Options{Encoding: test.name}); err != nil || len(notes) > 0 {
			t.Errorf("%s: %+v, %v", test.name, notes, err)
		}
	}
	for name, text := range map[string]string{reader.GB18030: "\x81|", reader.Big5: "\xA5|", reader.ShiftJIS: "\x83|"} {
		_, _, err := read(strings.NewReader("account|vmr_id|n\na|"+room+"|"+text+"\n"), job.Reclaim, reader.Options{Encoding: name, Delimiter: '|'})
		if want := "in.csv:2: a character holds the byte of the delimiter | in " + name + ", which cannot be told apart"; fmt.Sprint(err) != want {
			t.Errorf("%v, want %s", err, want)
		}
	}
}

// TestNoText: what is no text keeps nothing back in columns that are not read, and is told; in others it refuses the
// input, which is read on for the next places.
func TestNoText(t *testing.T) {
	t.Parallel()
	good := "a," + room + ",x\n"
	const told = "[{ bytes that are no text, in columns that are not read "
	for _, test := range []struct{ name, input, want string }{
		{"cut characters", "account,vmr_id,n\n" + good + "a," + room + ",会议\xE5\xAE\n" + good + "a," + room + ",\xE4\n", told + "2 [3 5]}]"},
		{"Latin-1", "account,vmr_id,n\na," + room + ",M\xFCller\n" + good, told + "1 [2]}]"},
		{"Latin-1 in a header", "account,vmr_id,gel\xF6scht\n" + good, "[]"},
		{"a NUL", "account,vmr_id,n\na," + room + ",x\x00\n" + good, told + "1 [2]}]"},
		{"a cut character before UTF-8", "account,vmr_id,n\na," + room + ",\xE4\xBD\n张伟," + room + ",\n", told + "1 [2]}]"},
		{"too few fields, and no text", "account,n,vmr_id\na,\xFF\n" + "a,," + room + "\n", told + "1 [2]}]"},
		{"more than ten", "account,vmr_id,n\n" + strings.Repeat("a,"+room+",\xFF\n", 12), told + "12 [2 3 4 5 6 7 8 9 10 11]}]"},
		{"Chinese, guessed", "account,vmr_id\n\xD5\xC5\xCE\xB0," + room + "\nb," + room + "\n\xC0\xEE\xC4\xC8," + room + "\n",
			"[{encoding accounts beyond ASCII, read as gb18030, which was guessed: such as 张伟, 李娜 2 [2 4]}]"},
		{"Chinese, as the header shows", "\xD5\xCB\xBA\xC5,vmr_id\n\xD5\xC5\xCE\xB0," + room + "\n", "[]"},
		{"Chinese in another column", "account,vmr_id,n\na," + room + ",\xD5\xC5\xCE\xB0\n", "[]"},
		{"few letters of UTF-8", "account,vmr_id\nmüller," + room + "\n", "[]"},
		{"few letters of UTF-8 that could be Chinese", "account,vmr_id\n\xD0\xBB\xC4\xBD," + room + "\n", "[{encoding accounts beyond ASCII, read as utf-8, which was guessed: such as лĽ 1 [2]}]"},
		{"few letters of UTF-8 in another column", "account,vmr_id,n\na," + room + ",müller\n", "[]"},
		{"in an account", "account,vmr_id,n\nb\xFF," + room + ",x\n" + good + "\"b\n\xFF\"," + room + ",x\n" + good + "b\xFF," + room + ",x\n",
			"in.csv:2: byte 19 of the file (0xFF): this is not UTF-8, and hardly Chinese in GB18030; also on lines 5, 7"},
		{"in a room, behind others", "n,account,vmr_id\n张\xFF,\"a\n\"\"\",\"" + room + "\n\xFF\"\n", "in.csv:4: byte 64 of the file (0xFF) is not text in UTF-8"},
		{"NULs at the end", "account,vmr_id,n\n" + good + strings.Repeat("\x00", 64), "in.csv:3: the file ends in NUL characters"},
		{"NULs at the end of a row", "account,vmr_id,n\n" + good + "a," + room + ",x" + strings.Repeat("\x00", 64), "in.csv:3: the file ends in NUL characters"},
		{"half a pair of UTF-16", "\xff\xfea\x00c\x00c\x00o\x00u\x00n\x00t\x00,\x00i\x00d\x00,\x00n\x00\n\x00a\x00,\x00b\x00,\x00\x3D\xD8\n\x00", told + "1 [2]}]"},
		{"DOS's mark in mid-file", "account,vmr_id,n\na\x1A," + room + ",\n", "[]"},
		{"a picture", "account,vmr_id,n\n" + good + "a," + room + ",\"" + strings.Repeat(strings.Repeat("A", 76)+"\r\n", 7<<20/78) + "\"\n", "[{ rows of more than 1 MiB, in columns that are not read 1 [3]}]"},
		{"rows in a cell", "account,vmr_id,n\n" + good + "a," + room + ",\"x\n" + strings.Repeat(good, 1<<15) + "a," + room + ",\"\n",
			"in.csv:3: the row is too long, more than 1 MiB, and rows stand in it: a quote is opened on line 3 and not closed"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			_, notes, err := readNotes([]byte(test.input), reader.Options{})
			if got := strings.ReplaceAll(fmt.Sprint(notes), " }", "}"); err == nil && got != test.want || err != nil && err.Error() != test.want {
				t.Errorf("%v, %v\nwant %s", notes, err, test.want)
			}
		})
	}
}

// TestOthers: what people take for a CSV is named.
func TestOthers(t *testing.T) {
	t.Parallel()
	zipped := func(names ...string) string {
		var b bytes.Buffer
		for _, name := range names {
			fmt.Fprintf(&b, "PK\x03\x04%s%c\x00\x00\x00%scontent", strings.Repeat("\x00", 22), len(name), name)
		}
		return b.String()
	}
	utf16, _ := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().String("[\n {\"account\": 1}]")
	for input, want := range map[string]string{
		" \r\n\uFEFF<!DOCTYPE html>\n<html>": "a web page (HTML)", "<!-- x\n y -->\n<html lang=en>": "a web page (HTML)", "<table border=1>": "a web page (HTML)",
		"<?xml version='1.0'?><rows/>": "XML", "<rows><row id='1'/></rows>": "XML", "<Error>no</Error>": "XML",
		"{\"error_code\": \"x\"}": "JSON, ", "\uFEFF\n[{\"account\":\"a\"}]": "JSON, ", utf16: "JSON, ", "[]": "JSON, ", "[[\"a\",\"b\"]]": "JSON, ",
		"{\"account\":\"a\"}\n{\"account\":\"b\"}\n": "JSON lines", "\xFD7zXZ\x00\x00": "packed with xz", "BZh91AY&SY": "packed with bzip2",
		"7z\xBC\xAF\x27\x1C\x00\x04": "a 7z archive", "Rar!\x1A\x07\x01": "a rar archive", "\x04\x22\x4D\x18": "packed with lz4",
		"rooms.csv" + strings.Repeat("\x00", 248) + "ustar  \x00": "a tar archive", "SQLite format 3\x00": "an SQLite database", "PAR1\x15": "a Parquet file",
		"%PDF-1.7": "a PDF", "{\\rtf1\\ansi": "a text of a word processor (RTF)", "\xD0\xCF\x11\xE0\xA1": "a spreadsheet (xls)",
		zipped("[Content_Types].xml", "xl/workbook.xml"): "a spreadsheet (xlsx)", zipped("[Content_Types].xml", "xl/workbook.bin"): "a spreadsheet (xlsb)",
		zipped("mimetype") + "application/vnd.oasis.opendocument.spreadsheet": "a spreadsheet (ods)", zipped("Index/Document.iwa"): "a spreadsheet (Numbers)",
		zipped("rooms.csv"): "a zip file", zipped("a.csv", "b.csv"): "a zip file", "dn: cn=a\n": "LDIF", "version: 1\n\n# x\ndn: cn=a\n": "LDIF", "# extended LDIF\n#\ndn:: YQ==\n": "LDIF",
		"BEGIN:VCARD\r\nVERSION:3.0\r\n": "a vCard", "\x89PNG\r\n\x1A\n": "a picture", "\xFF\xD8\xFF\xE0": "a picture",
	} {
		for name, file := range map[string][]byte{"plain": []byte(input), "gzip": gzipped(t, input)} {
			_, _, err := read(bytes.NewReader(file), job.Reclaim, reader.Options{})
			if !strings.HasPrefix(fmt.Sprint(err), "in.csv: this is "+want) || !strings.Contains(fmt.Sprint(err), ", not a CSV") {
				t.Errorf("%s %q: %v, want %s", name, input, err, want)
			}
		}
	}
	for _, input := range []string{"<account>,<vmr_id>\n", "[account],[vmr_id]\n", "{account},vmr_id\n", "dn,account\n", "BZhan,account\n", "ORC,account\n"} {
		_, _, err := read(strings.NewReader(input), job.Reclaim, reader.Options{})
		if err != nil && strings.Contains(err.Error(), "not a CSV") {
			t.Errorf("%q: %v", input, err)
		}
	}
}

func gzipped(t *testing.T, text string) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, err := w.Write([]byte(text))
	if err = errors.Join(err, w.Close()); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}
