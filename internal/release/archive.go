package main

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"cmp"
	"compress/gzip"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"time"
)

// file is one of those that go into an archive or a package.
type file struct {
	name string // with slashes
	mode fs.FileMode
	data []byte
}

// archives makes one for each system: the program, and beside it what its README speaks of, at the paths that it says, so that
// its commands can be given in the folder that was unpacked. All of that is the same everywhere, line ends too: those of
// an example are what is shown by it, those of a script are read by shells, and whatever shows a text on Windows knows both.
func (m *maker) archives() error {
	for _, t := range targets {
		program, err := os.ReadFile(m.binaries[t])
		if err != nil {
			return err
		}
		name := "meetbatch-" + m.version + "-" + t.os + "-" + t.arch
		files := slices.Concat([]file{{"meetbatch" + exe(t), 0o755, program}}, m.texts, m.extras, m.recipes)
		pack, end := tarGz, ".tar.gz"
		if t.os == "windows" { // which unpacks that by itself
			pack, end = zipped, ".zip"
		}
		var b bytes.Buffer
		if err := pack(&b, name, m.at, files); err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(m.made, name+end), b.Bytes(), 0o644); err != nil {
			return err
		}
	}
	return nil
}

// tarGz writes files, in one folder and the order of their names, as root's and of one moment.
func tarGz(w io.Writer, folder string, at time.Time, files []file) error {
	z, _ := gzip.NewWriterLevel(w, gzip.BestCompression)
	t := tar.NewWriter(z)
	for _, f := range sorted(files) {
		h := &tar.Header{Name: path.Join(folder, f.name), Mode: int64(f.mode), Size: int64(len(f.data)), ModTime: at, Format: tar.FormatUSTAR}
		if err := t.WriteHeader(h); err != nil {
			return err
		}
		if _, err := t.Write(f.data); err != nil {
			return err
		}
	}
	if err := t.Close(); err != nil {
		return err
	}
	return z.Close()
}

func zipped(w io.Writer, folder string, at time.Time, files []file) error {
	z := zip.NewWriter(w)
	for _, f := range sorted(files) {
		h := &zip.FileHeader{Name: path.Join(folder, f.name), Method: zip.Deflate, Modified: at.UTC()}
		h.SetMode(f.mode)
		to, err := z.CreateHeader(h)
		if err != nil {
			return err
		}
		if _, err := to.Write(f.data); err != nil {
			return err
		}
	}
	return z.Close()
}

func sorted(files []file) []file {
	return slices.SortedFunc(slices.Values(files), func(a, b file) int { return cmp.Compare(a.name, b.name) })
}

// gzipped is what gzip -9n makes of a file: it knows neither a name nor a moment.
func gzipped(f file) file {
	var b bytes.Buffer
	z, _ := gzip.NewWriterLevel(&b, gzip.BestCompression)
	z.Write(f.data) // which a buffer never refuses
	z.Close()
	return file{f.name + ".gz", f.mode, b.Bytes()}
}
