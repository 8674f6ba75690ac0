package main

import (
	"fmt"
	"strings"
)

// read takes in what is published of the commit as it is. deploy/debian is of no use without what is made here.
func (m *maker) read() (err error) {
	if m.texts, err = m.committed("README.md", "LICENSE", "CHANGELOG.md", "testdata/readme/*.svg"); err != nil {
		return err
	}
	m.recipes, err = m.committed("testdata/rooms.csv", "testdata/accounts.csv", "deploy", ":!deploy/debian")
	return err
}

// committed gives the files that git finds by a pattern, as it keeps them and with the modes that it knows of them: in a clone their
// line ends may be others. Files that lie about are not seen.
func (m *maker) committed(patterns ...string) ([]file, error) {
	list, err := run(m.ctx, nil, "git", append([]string{"ls-files", "-s", "-z", "--"}, patterns...)...)
	if err != nil {
		return nil, err
	}
	var files []file
	for entry := range strings.SplitSeq(strings.TrimSuffix(string(list), "\x00"), "\x00") {
		about, name, is := strings.Cut(entry, "\t")
		if !is {
			return nil, fmt.Errorf("git ls-files finds nothing by %q", patterns)
		}
		f := file{name: name, mode: 0o644}
		if strings.HasPrefix(about, "100755") {
			f.mode = 0o755
		}
		if f.data, err = run(m.ctx, nil, "git", "cat-file", "blob", strings.Fields(about)[1]); err != nil {
			return nil, err
		}
		files = append(files, f)
	}
	return files, nil
}
