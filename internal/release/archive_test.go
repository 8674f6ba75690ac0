package main

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"io"
	"io/fs"
	"slices"
	"testing"
	"time"
)

var moment = time.Date(2026, 11, 30, 4, 44, 14, 0, time.UTC)

// entry is what an archive says of a file.
type entry struct {
	name string
	mode fs.FileMode
	at   time.Time
	text string
}

var packed = []file{{"meetbatch", 0o755, []byte("program")}, {"README.md", 0o644, []byte("read me\n")}, {"testdata/rooms.csv", 0o644, []byte("account,vmr_id\r\n")}}

func TestArchives(t *testing.T) {
	for name, c := range map[string]struct {
		pack func(io.Writer, string, time.Time, []file) error
		read func(*testing.T, []byte) []entry
	}{"tar.gz": {tarGz, readTar}, "zip": {zipped, readZip}} {
		t.Run(name, func(t *testing.T) {
			var first, second bytes.Buffer
			if err := c.pack(&first, "meetbatch-1.0.0", moment, packed); err != nil {
				t.Fatal(err)
			}
			// Another order, another zone of the same moment.
			turned := slices.Clone(packed)
			slices.Reverse(turned)
			if err := c.pack(&second, "meetbatch-1.0.0", moment.In(time.FixedZone("", 8*3600)), turned); err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(first.Bytes(), second.Bytes()) {
				t.Error("the same files are not the same bytes twice")
			}
			want := []entry{
				{"meetbatch-1.0.0/README.md", 0o644, moment, "read me\n"},
				{"meetbatch-1.0.0/meetbatch", 0o755, moment, "program"},
				{"meetbatch-1.0.0/testdata/rooms.csv", 0o644, moment, "account,vmr_id\r\n"},
			}
			if got := c.read(t, first.Bytes()); !slices.Equal(got, want) {
				t.Errorf("the archive holds\n%v, want\n%v", got, want)
			}
		})
	}
}

func readTar(t *testing.T, data []byte) (entries []entry) {
	z, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	for r := tar.NewReader(z); ; {
		h, err := r.Next()
		if err == io.EOF {
			return entries
		}
		if err != nil {
			t.Fatal(err)
		}
		if h.Uid != 0 || h.Gid != 0 || h.Uname+h.Gname != "" {
			t.Errorf("%s is of %d:%d %s:%s", h.Name, h.Uid, h.Gid, h.Uname, h.Gname)
		}
		text, _ := io.ReadAll(r)
		entries = append(entries, entry{h.Name, h.FileInfo().Mode(), h.ModTime.UTC(), string(text)})
	}
}

func readZip(t *testing.T, data []byte) (entries []entry) {
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		text, _ := io.ReadAll(r)
		entries = append(entries, entry{f.Name, f.Mode(), f.Modified.UTC(), string(text)})
	}
	return entries
}
