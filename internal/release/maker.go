package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"
)

// target is a system that the program is built for.
type target struct{ os, arch string }

var targets = []target{
	{"linux", "amd64"}, {"linux", "arm64"}, {"darwin", "amd64"}, {"darwin", "arm64"}, {"freebsd", "amd64"}, {"windows", "amd64"},
}

// maker is a release in the making.
type maker struct {
	ctx      context.Context
	work     string    // a folder for what is not published
	made     string    // and one for what is
	version  string    // as the program says it
	at       time.Time // the moment of the commit, which is that of every file
	texts    []file    // beside the program, the same for all systems: to read, and to look things up in
	extras   []file    // what the program prints of itself: the man page, completions
	recipes  []file    // deploy, and the examples
	binaries map[target]string
	kinds    map[string][]string // the licences of each module, by its name and version
	sources  []string            // settings of Go that say where modules come from
}

// begin finds out what is to be released, and builds the program.
func begin(ctx context.Context, work string) (*maker, error) {
	m := &maker{ctx: ctx, work: work, made: filepath.Join(work, "made"), binaries: map[target]string{}}
	if err := os.Mkdir(m.made, 0o755); err != nil {
		return nil, err
	}
	changed, err := run(ctx, nil, "git", "status", "--porcelain", "--untracked-files=all")
	if err != nil {
		return nil, err
	}
	if first, _, is := strings.Cut(string(changed), "\n"); is {
		return nil, fmt.Errorf("%s is not as it was committed: only a commit can be made again by others", strings.TrimSpace(first[2:]))
	}
	moment, err := run(ctx, nil, "git", "log", "-1", "--format=%ct")
	if err != nil {
		return nil, err
	}
	seconds, err := strconv.ParseInt(strings.TrimSpace(string(moment)), 10, 64)
	if err != nil {
		return nil, fmt.Errorf("git log: %w", err)
	}
	m.at = time.Unix(seconds, 0).UTC()
	for _, step := range []func() error{m.settle, m.read, m.licences, m.build, m.ask} {
		if err := step(); err != nil {
			return nil, err
		}
	}
	return m, nil
}

// sparing leaves out of a program what nobody here would miss, some 1.5 MB: what only a debugger reads (-s); HTTP/2, which
// meetbatch never speaks; and copies of small functions at where they are called, in packages in which no time goes by.
var sparing = append([]string{"-ldflags=-s", "-tags=nethttpomithttp2"}, uninlined(
	"net/http/...", "crypto/...", "math/big", "encoding/asn1", "net", "log/slog/...", "html/template", "text/template/...", "regexp/...", "github.com/alecthomas/kong",
	"meetbatch/internal/cli", "meetbatch/internal/manual", "meetbatch/internal/sandbox", "meetbatch/report/page")...)

func uninlined(packages ...string) (flags []string) {
	for _, p := range packages {
		flags = append(flags, "-gcflags="+p+"=-l")
	}
	return flags
}

// build makes the program for each target. The commit gets into it by the stamp of version control, which Go is told not to do
// without.
func (m *maker) build() error {
	for _, t := range append([]target{{runtime.GOOS, runtime.GOARCH}}, targets...) {
		path := filepath.Join(m.work, t.os+"-"+t.arch+exe(t))
		args := slices.Concat([]string{"build", "-trimpath", "-buildvcs=true", "-o", path}, sparing, []string{"."})
		if _, err := run(m.ctx, m.env(t), "go", args...); err != nil {
			return err
		}
		m.binaries[t] = path
	}
	return nil
}

func exe(t target) string {
	if t.os == "windows" {
		return ".exe"
	}
	return ""
}

// settle finds out where modules come from for whoever makes the release. That alone is taken from what they told Go, by go env -w
// too: the sums in go.sum say what is in a module, wherever it comes from.
func (m *maker) settle() error {
	told, err := run(m.ctx, nil, "go", "env", "-json", "GOPROXY", "GOPRIVATE", "GONOPROXY", "GOSUMDB", "GONOSUMDB", "GOINSECURE", "GOAUTH", "GOVCS",
		"GOPATH", "GOMODCACHE", "GOCACHE", "GOTOOLCHAIN")
	if err != nil {
		return err
	}
	settings := map[string]string{}
	err = json.Unmarshal(told, &settings)
	for name, value := range settings {
		m.sources = append(m.sources, name+"="+value)
	}
	return err
}

// env is what a build must not take from whoever happens to start it. An empty GOFLAGS alone would be looked up in GOENV.
func (m *maker) env(t target) []string {
	return append(slices.Clone(m.sources), "GOENV=off", "GOOS="+t.os, "GOARCH="+t.arch, "GOAMD64=v1", "GOARM64=v8.0", "CGO_ENABLED=0",
		"GOFLAGS=", "GOWORK=off", "GOEXPERIMENT=", "GOFIPS140=off")
}

// ask has the program that was built for this system say its version, its man page and its completions.
func (m *maker) ask() error {
	program := m.binaries[target{runtime.GOOS, runtime.GOARCH}]
	said, err := alone(m.ctx, program, "--version")
	if err != nil {
		return err
	}
	words := strings.Fields(string(said))
	if len(words) < 2 {
		return fmt.Errorf("meetbatch --version says %q: there is no version in it", said)
	}
	m.version = words[1]
	for _, e := range []struct{ name, args string }{
		{"meetbatch.1", "man"},
		{"completions/meetbatch.bash", "completion bash"},
		{"completions/_meetbatch", "completion zsh"},
		{"completions/meetbatch.fish", "completion fish"},
		{"completions/meetbatch.ps1", "completion powershell"},
	} {
		text, err := alone(m.ctx, program, strings.Fields(e.args)...)
		if err != nil {
			return err
		}
		if len(bytes.TrimSpace(text)) == 0 {
			return fmt.Errorf("meetbatch %s prints nothing", e.args)
		}
		m.extras = append(m.extras, file{e.name, 0o644, text})
	}
	return nil
}

// sums lists the sums of all that was made, as sha256sum -c reads them.
func (m *maker) sums() error {
	entries, err := os.ReadDir(m.made)
	if err != nil {
		return err
	}
	var list bytes.Buffer
	for _, e := range entries { // in the order of their names
		data, err := os.ReadFile(filepath.Join(m.made, e.Name()))
		if err != nil {
			return err
		}
		fmt.Fprintf(&list, "%x  %s\n", sha256.Sum256(data), e.Name())
	}
	return os.WriteFile(filepath.Join(m.made, "SHA256SUMS"), list.Bytes(), 0o644)
}
