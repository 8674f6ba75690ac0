package program

import (
	"bytes"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"
)

// An export, and what of it does not succeed.
const (
	exported = `名称;账号;vmr_id
蓝;张伟;ff8080816b9ec3ab016ba125aca20082
"红
""色""";　李娜　;missing01
;;
绿; 王芳;ff8080816b9ec3ab016ba125aca20084
黄;赵磊;missing02
`
	notDone = `名称;账号;vmr_id
"红
""色""";　李娜　;missing01
黄;赵磊;missing02
`
)

// TestExports runs on an export in any encoding, then on its failed.csv, which stands byte for byte as it stood.
func TestExports(t *testing.T) {
	notShort(t)
	t.Parallel()
	url := service(t)
	encodings := []struct {
		name string
		encoding.Encoding
	}{
		{"UTF-8", encoding.Nop},
		{"GB18030", simplifiedchinese.GB18030},
		{"UTF-16LE", unicode.UTF16(unicode.LittleEndian, unicode.UseBOM)},
		{"UTF-16BE", unicode.UTF16(unicode.BigEndian, unicode.UseBOM)},
	}
	cases := 0
	for i, e := range encodings {
		for j, delimiter := range []string{",", ";", "\t"} {
			for k, end := range []string{"\n", "\r\n", "\r"} {
				if !long && (j != i%3 || k != (i+1)%3) { // a sample has each encoding, delimiter and end of line
					continue
				}
				cases++
				t.Run(fmt.Sprintf("%s %q %q", e.name, delimiter, end), func(t *testing.T) {
					t.Parallel()
					as := func(text string) []byte {
						text, err := e.NewEncoder().String(strings.NewReplacer(";", delimiter, "\n", end).Replace(text))
						if err != nil {
							t.Fatal(err)
						}
						return []byte(text)
					}
					dir := t.TempDir()
					file, want := filepath.Join(dir, "rooms.csv"), as(notDone)
					write(t, file, as(exported))
					for _, name := range []string{"run", "again"} {
						out := filepath.Join(dir, name)
						wantCode(t, 1, "reclaim", "--quiet", "--endpoint", url, "--yes", "--rate", "none", "--out", out, file)
						file = filepath.Join(out, "failed.csv")
						if got := read(t, file); !bytes.Equal(got, want) {
							t.Errorf("failed.csv of %s is %q, want %q", name, got, want)
						}
					}
					wantCode(t, 0, "verify", "--quiet", filepath.Join(dir, "run"))
				})
			}
		}
	}
	if want := map[bool]int{false: 4, true: 36}[long]; cases != want {
		t.Errorf("%d exports, want %d", cases, want)
	}
}
