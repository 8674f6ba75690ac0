package reader

import (
	"bytes"
	"strings"
)

// Ways to a CSV.
const (
	unpackFirst = "; gzip and zstd are read as they are"
	exportCSV   = "export as CSV, in UTF-8 and with a header row"
	saveAsCSV   = "save it as CSV, with the columns of IDs formatted as text before (as numbers they lose all digits behind the 15th): " +
		"in Excel File > Save As > CSV UTF-8, in LibreOffice File > Save As > Text CSV with the character set Unicode (UTF-8), in WPS File > Save As > CSV"
)

// others are what people take for a CSV, by how it begins.
var others = []struct{ start, is, try string }{
	{"\xD0\xCF\x11\xE0", "a spreadsheet (xls)", saveAsCSV},
	{"%PDF-", "a PDF", exportCSV},
	{"{\\rtf", "a text of a word processor (RTF)", exportCSV},
	{"\xFD7zXZ\x00", "packed with xz", "xz -d FILE" + unpackFirst},
	{"7z\xBC\xAF\x27\x1C", "a 7z archive", "7z x FILE"},
	{"Rar!\x1A\x07", "a rar archive", "7z x FILE, or unrar x FILE"},
	{"\x04\x22\x4D\x18", "packed with lz4", "lz4 -d FILE" + unpackFirst},
	{"LZIP\x01", "packed with lzip", "lzip -d FILE" + unpackFirst},
	{"\x89LZO", "packed with lzop", "lzop -d FILE" + unpackFirst},
	{"\xFF\x06\x00\x00sNaPpY", "packed with snappy", "unpack it" + unpackFirst},
	{"\x1F\x9D", "packed with compress", "uncompress FILE" + unpackFirst},
	{"MSCF\x00", "a cabinet archive", "7z x FILE"},
	{"SQLite format 3\x00", "an SQLite database", "sqlite3 -header -csv FILE 'select * from TABLE'"},
	{"\x00\x01\x00\x00Standard ", "an Access database", exportCSV},
	{"PAR1\x15", "a Parquet file", exportCSV + ", as with duckdb"},
	{"ARROW1\x00", "an Arrow file", exportCSV + ", as with duckdb"},
	{"Obj\x01", "an Avro file", exportCSV + ", as with duckdb"},
	{"-----BEGIN PGP ", "encrypted with PGP", "gpg -d FILE"},
	{"\x89PNG", "a picture", exportCSV},
	{"\xFF\xD8\xFF", "a picture", exportCSV},
	{"GIF8", "a picture", exportCSV},
	{"II*\x00", "a picture", exportCSV},
	{"MM\x00*", "a picture", exportCSV},
}

// otherTexts are the same for what is text; blanks and marks may stand before it.
var otherTexts = []struct {
	first   string // the bytes that one can begin with
	begins  func(text string) bool
	is, try string
}{
	{"<", matches(`^(?i:<\?xml[\s?]|<[a-z][\w:.-]*:[a-z]\S*\s[^>]*>)`), "XML", exportCSV},
	{"<", matches(`^(?i:<!doctype\s+html|(<!--(?s:.*?)-->\s*)*<(!doctype|html|head|body|title|meta|table|script|style|div|center|h1|p)[\s>])`), "a web page (HTML), such as one of a sign-in or an error",
		"export again; where it is a table, open it in a spreadsheet and " + saveAsCSV},
	{"-/iIcCdDsS", matches(`^(?i:(--[^\n]*\n\s*|/\*(?s:.*?)\*/\s*;?\s*)*(insert\s+into|create\s+table|drop\s+table|set\s+names)\s)`), "a dump of SQL", exportCSV},
	{"<", matches(`^(?i:<!(--|doctype\s)|<[a-z][\w:.-]*(\s[^>]*)?/?>\s*(<|[^<>,;\t|]*</))`), "XML", exportCSV},
	{"{", matches(`^\{\s*"(?s:.*?)\}\s*\n\s*\{\s*"`), "JSON lines", "make a CSV of it, such as with jq's @csv"},
	{"{[", matches(`^(\{\s*["}\n]|\[\s*(\{|\[|\]|"[^"]*"\s*,?\s*["\]\n]|\n))`), "JSON, such as the answer of a service", "make a CSV of it, such as with jq's @csv"},
	{"#vVdD", matches(`^(?i:(#[^\n]*\n\s*)*(version:\s*1\s+(#[^\n]*\n\s*)*)?dn::?\s)`), "LDIF, an export of a directory", exportCSV},
	{"-", matches(`^-\[ (RECORD|记录|記錄|Datensatz|Enregistrement|ЗАПИСЬ) \d+ \]`), "a table with one line for each field, as psql writes it after \\x", "export with psql --csv, or with \\copy (SELECT ...) TO 'FILE' WITH (FORMAT csv, HEADER)"},
	{"*", matches(`^\*{3,} ?\d+\. row \*{3,}`), "a table with one line for each field, as mysql writes it after \\G", "end the query with ; in place of \\G, and export with mysql --batch, whose tabs are read"},
	{"bB", matches(`^(?i:BEGIN:VCARD)\s`), "a vCard", exportCSV},
	{"bB", matches(`^(?i:BEGIN:VCALENDAR)\s`), "a calendar", exportCSV},
}

// otherThanCSV refuses what an input is, as its beginning shows, when that is no CSV.
func otherThanCSV(start []byte) error {
	not := func(is, try string) error { return &Error{Reason: "this is " + is + ", not a CSV", Try: try} }
	if bytes.HasPrefix(start, []byte("PK\x03\x04")) || bytes.HasPrefix(start, []byte("PK\x05\x06")) {
		return not(zipHolds(start))
	}
	for _, other := range others {
		if strings.HasPrefix(string(start[:min(32, len(start))]), other.start) {
			return not(other.is, other.try)
		}
	}
	if len(start) > 262 && string(start[257:262]) == "ustar" {
		return not("a tar archive", "tar -xOf FILE NAME takes one file out")
	}
	if len(start) > 9 && string(start[:3]) == "BZh" && string(start[4:10]) == "1AY&SY" {
		return not("packed with bzip2", "bzip2 -d FILE"+unpackFirst)
	}
	text := bytes.TrimLeft(trimMarks(start, "\xEF\xBB\xBF"), " \t\r\n\f\v\u00A0\uFEFF\u200B")
	for _, other := range otherTexts {
		if len(text) > 0 && strings.IndexByte(other.first, text[0]) >= 0 && other.begins(string(text)) {
			return not(other.is, other.try)
		}
	}
	return nil
}

// zipHolds tells by the names in the beginning of a zip file what it is.
func zipHolds(start []byte) (is, try string) {
	var names []string
	for _, entry := range bytes.Split(start, []byte("PK\x03\x04")) {
		if len(entry) < 26 {
			continue
		}
		if name := entry[26:]; int(entry[22])|int(entry[23])<<8 <= len(name) {
			names = append(names, string(name[:int(entry[22])|int(entry[23])<<8]))
		}
	}
	has := func(name string) bool { return strings.Contains("\n"+strings.Join(names, "\n")+"\n", name) }
	switch {
	case has("\nxl/workbook.bin\n"):
		return "a spreadsheet (xlsb)", saveAsCSV
	case has("\nxl/"):
		return "a spreadsheet (xlsx)", saveAsCSV
	case has("\nIndex/") || has("\nIndex.zip\n") || has(".iwa\n"):
		return "a spreadsheet (Numbers)", "File > Export To > CSV, with the encoding Unicode (UTF-8) and the columns of IDs formatted as text before"
	case bytes.Contains(start, []byte("opendocument.spreadsheet")):
		return "a spreadsheet (ods)", saveAsCSV
	case has("\nword/") || bytes.Contains(start, []byte("opendocument.text")):
		return "a text of a word processor", exportCSV
	case has("\n[Content_Types].xml\n"): // Excel's other parts may stand behind what was looked at
		return "a spreadsheet (xlsx) or another document of Office", saveAsCSV
	case len(names) == 1:
		return "a zip file", "unzip -p FILE > rooms.csv takes out what it holds"
	}
	return "a zip file", "unzip FILE, and name one of the files in it"
}
