package program

import (
	"encoding/xml"
	"errors"
	"flag"
	"fmt"
	"html"
	"io"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "make the pictures of README anew")

// TestPictures holds the pictures of README against the program: what it prints at a terminal for testdata/rooms.csv, and the
// upper part of that run's page. Times, durations and the curves differ from run to run. With -update they are made anew.
func TestPictures(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, filepath.Join(dir, "rooms.csv"), read(t, "testdata/rooms.csv"))
	command := "meetbatch reclaim --sandbox --rate 10/1s --out demo rooms.csv"
	written, code := atTerminal(t, dir, bare(dir), "sh", "-c", command)
	if code != 1 {
		t.Fatalf("exit code %d\n%s", code, written)
	}
	for name, picture := range map[string]string{
		"terminal.svg": terminalPicture("$ " + command + "\n" + shown(written)),
		"page.svg":     pagePicture(t, string(read(t, filepath.Join(dir, "demo", "report.html")))),
	} {
		path := filepath.Join("testdata", "readme", name)
		if *update {
			write(t, path, []byte(picture))
		}
		stands := string(read(t, path))
		if still(stands) != still(picture) {
			t.Errorf("%s is not what the program shows now; -update makes it anew\n%s", path, firstDifference(still(stands), still(picture)))
		}
		if err := wellFormed(picture); err != nil || len(picture) > 50_000 {
			t.Errorf("%s has %d bytes, %v", name, len(picture), err)
		}
		if !strings.Contains(string(read(t, "README.md")), "testdata/readme/"+name) {
			t.Errorf("README does not show %s", name)
		}
	}
}

// terminalPicture draws lines of 80 columns. Each says how wide it is, so that any font will do.
func terminalPicture(text string) string {
	const width, height, margin = 8, 17, 14
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	var b strings.Builder
	w, h := 80*width+2*margin, len(lines)*height+2*margin
	fmt.Fprintf(&b, "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\" role=\"img\">\n", w, h, w, h)
	b.WriteString("<title>meetbatch at a terminal: the plan, the progress and the end of a run</title>\n")
	fmt.Fprintf(&b, "<rect width=\"%d\" height=\"%d\" rx=\"6\" fill=\"#16181a\"/>\n", w, h)
	b.WriteString("<g font-family=\"ui-monospace,'SF Mono',Menlo,Consolas,'DejaVu Sans Mono',monospace\" font-size=\"13\" fill=\"#e3e3de\">\n")
	for i, line := range lines {
		if columns := len([]rune(line)); columns > 0 {
			fmt.Fprintf(&b, "<text x=\"%d\" y=\"%d\" textLength=\"%d\" lengthAdjust=\"spacingAndGlyphs\" xml:space=\"preserve\">%s</text>\n",
				margin, margin+13+i*height, columns*width, html.EscapeString(line))
		}
	}
	return b.String() + "</g>\n</svg>\n"
}

// pagePicture is the page of a run down to its timeline, as it stands, in a picture as high as a screen.
func pagePicture(t *testing.T, page string) string {
	_, style, _ := strings.Cut(page, "<style>")
	style, body, styled := strings.Cut(style, "</style>")
	_, body, _ = strings.Cut(body, "<body>")
	body, _, whole := strings.Cut(body, `<svg class="hit"`) // of no use in a picture, as all that stands below it
	if !styled || !whole {
		t.Fatal("the page has no style or no timeline")
	}
	body, err := closed(body)
	if err != nil {
		t.Fatal(err)
	}
	const width, height = 1180, 1270
	return fmt.Sprintf("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\" font-size=\"15\" role=\"img\">\n"+
		"<title>The page of a run: what to do, the books, the timeline</title>\n<style><![CDATA[%s]]></style>\n"+
		"<foreignObject width=\"100%%\" height=\"100%%\"><body xmlns=\"http://www.w3.org/1999/xhtml\" style=\"height:100%%\">%s</body></foreignObject>\n</svg>\n",
		width, height, width, height, style, body)
}

// closed makes XML of HTML in which the ends of cells, rows and items are left out, and of which the end may be missing.
func closed(page string) (string, error) {
	ends := map[string][]string{ // what the beginning of an element ends
		"td": {"td", "th"}, "th": {"td", "th"}, "tr": {"td", "th", "tr"}, "li": {"li"},
		"thead": {"td", "th", "tr"}, "tbody": {"td", "th", "tr", "thead"}, "tfoot": {"td", "th", "tr", "tbody"},
	}
	d := xml.NewDecoder(strings.NewReader(page))
	d.Strict, d.Entity = false, xml.HTMLEntity
	var b strings.Builder
	var open []string
	pop := func() {
		b.WriteString("</" + open[len(open)-1] + ">")
		open = open[:len(open)-1]
	}
	for {
		token, err := d.RawToken()
		switch token := token.(type) {
		case xml.StartElement:
			name := token.Name.Local
			for len(open) > 0 && slices.Contains(ends[name], open[len(open)-1]) {
				pop()
			}
			open = append(open, name)
			b.WriteString("<" + name)
			if name == "svg" {
				b.WriteString(` xmlns="http://www.w3.org/2000/svg"`)
			}
			for _, a := range token.Attr {
				fmt.Fprintf(&b, ` %s="%s"`, a.Name.Local, html.EscapeString(a.Value))
			}
			b.WriteString(">")
		case xml.EndElement:
			if !slices.Contains(open, token.Name.Local) {
				return "", fmt.Errorf("</%s> ends nothing", token.Name.Local)
			}
			for open[len(open)-1] != token.Name.Local {
				pop()
			}
			pop()
		case xml.CharData:
			b.WriteString(html.EscapeString(string(token)))
		}
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return "", err
		}
	}
	for len(open) > 0 {
		pop()
	}
	return b.String(), nil
}

// still is a picture without what differs from run to run.
func still(picture string) string {
	picture = curves.ReplaceAllString(picture, "$1")
	picture = regexp.MustCompile(`<pattern[^>]*>|textLength="\d+"`).ReplaceAllString(picture, "")
	return regexp.MustCompile(` +`).ReplaceAllString(masked(picture), " ")
}

var curves = regexp.MustCompile(`(?s)(<svg[^>]* class="plot"[^>]*>).*?(</main>|$)`)

// wellFormed tells whether a text can be read as XML.
func wellFormed(text string) error {
	for d := xml.NewDecoder(strings.NewReader(text)); ; {
		if _, err := d.Token(); err != nil {
			if errors.Is(err, io.EOF) {
				return nil
			}
			return err
		}
	}
}

// firstDifference shows where two texts begin to differ.
func firstDifference(a, b string) string {
	i := 0
	for i < min(len(a), len(b)) && a[i] == b[i] {
		i++
	}
	cut := func(s string) string { return s[max(0, min(i-60, len(s))):min(len(s), i+120)] }
	return fmt.Sprintf("was: …%q…\nnow: …%q…", cut(a), cut(b))
}
