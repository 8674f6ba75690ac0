package main

import (
	"crypto/md5"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// debs makes a package for each kind of machine that Debian is run on here.
func (m *maker) debs() error {
	for _, t := range targets {
		if t.os != "linux" {
			continue
		}
		if err := m.deb(t); err != nil {
			return err
		}
	}
	return nil
}

// deb lays a package out in a folder and has dpkg-deb make it. Its version is the program's: one comes with the other.
func (m *maker) deb(t target) error {
	files, err := m.debFiles(t)
	if err != nil {
		return err
	}
	size, md5s := 0, ""
	for _, f := range sorted(files) {
		size += len(f.data)
		md5s += fmt.Sprintf("%x  %s\n", md5.Sum(f.data), f.name) // dpkg --verify knows no other
	}
	control, err := m.committed("deploy/debian/control", "deploy/debian/preinst", "deploy/debian/postinst", "deploy/debian/prerm", "deploy/debian/postrm")
	if err != nil {
		return err
	}
	fill := strings.NewReplacer("@VERSION@", m.version, "@ARCH@", t.arch, "@SIZE@", strconv.Itoa(size/1024))
	for i, f := range control {
		control[i] = file{"DEBIAN/" + path.Base(f.name), f.mode, []byte(fill.Replace(string(f.data)))}
	}
	root := filepath.Join(m.work, "deb-"+t.arch)
	for _, dir := range []string{"etc/meetbatch", "var/lib/meetbatch"} { // postinst says whose they are
		if err := os.MkdirAll(filepath.Join(root, dir), 0o755); err != nil {
			return err
		}
	}
	if err := lay(root, slices.Concat(files, control, []file{{"DEBIAN/md5sums", 0o644, []byte(md5s)}})); err != nil {
		return err
	}
	// One thread, since how xz divides a file among several is in what it makes.
	_, err = run(m.ctx, []string{"SOURCE_DATE_EPOCH=" + strconv.FormatInt(m.at.Unix(), 10)}, "dpkg-deb", "--root-owner-group",
		"-Zxz", "--threads-max=1", "--build", root, filepath.Join(m.made, "meetbatch_"+m.version+"_"+t.arch+".deb"))
	return err
}

// debFiles is what a package holds, where Debian wants it.
func (m *maker) debFiles(t target) ([]file, error) {
	program, err := os.ReadFile(m.binaries[t])
	if err != nil {
		return nil, err
	}
	files := []file{{"usr/bin/meetbatch", 0o755, program}}
	packaging, err := m.committed("deploy/debian")
	if err != nil {
		return nil, err
	}
	for _, f := range slices.Concat(m.texts, m.extras, m.recipes, packaging) {
		if f.name = place(f.name); f.name == "" {
			continue
		}
		if strings.HasPrefix(f.name, "usr/share/man/") {
			f = gzipped(f)
		}
		files = append(files, f)
	}
	return append(files, gzipped(file{"usr/share/doc/meetbatch/changelog", 0o644, m.changelog()})), nil
}

// place says where a file goes in a package; "" is nowhere.
func place(name string) string {
	const docs = "usr/share/doc/meetbatch/"
	dir, base := path.Split(name)
	switch {
	case base == "meetbatch.1":
		return "usr/share/man/man1/meetbatch.1"
	case base == "meetbatch.bash":
		return "usr/share/bash-completion/completions/meetbatch"
	case base == "_meetbatch":
		return "usr/share/zsh/vendor-completions/_meetbatch"
	case base == "meetbatch.fish":
		return "usr/share/fish/vendor_completions.d/meetbatch.fish"
	case base == "LICENSE", dir == "completions/", dir == "testdata/readme/": // copyright says it; PowerShell's; pictures of the README
		return ""
	case name == "deploy/debian/copyright", dir == "":
		return docs + base
	case name == "deploy/debian/lintian-overrides":
		return "usr/share/lintian/overrides/meetbatch"
	case dir == "deploy/debian/":
		return ""
	case strings.HasPrefix(base, "meetbatch@."):
		return "usr/lib/systemd/system/" + base
	case base == "meetbatch.sysusers":
		return "usr/lib/sysusers.d/meetbatch.conf"
	case dir == "testdata/", dir == "deploy/systemd/":
		return docs + "examples/" + base
	}
	return docs + "examples/" + strings.TrimPrefix(name, "deploy/")
}

// changelog is the package's own, which says no more than which version it brings.
func (m *maker) changelog() []byte {
	text := fmt.Appendf(nil, "meetbatch (%s) stable; urgency=medium\n\n  * Version %s: see CHANGELOG.md.\n\n", m.version, m.version)
	return fmt.Appendf(text, " -- Maintainers of meetbatch <maintainers@meetbatch.example>  %s\n", m.at.Format(time.RFC1123Z))
}

// lay writes files below a folder. Modes are said, since a umask has a part in those that files are made with; moments are
// left to dpkg-deb.
func lay(root string, files []file) error {
	for _, f := range files {
		to := filepath.Join(root, filepath.FromSlash(f.name))
		if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(to, f.data, f.mode); err != nil {
			return err
		}
		if err := os.Chmod(to, f.mode); err != nil {
			return err
		}
	}
	return filepath.WalkDir(root, func(at string, d os.DirEntry, err error) error {
		if err == nil && d.IsDir() {
			err = os.Chmod(at, 0o755)
		}
		return err
	})
}
