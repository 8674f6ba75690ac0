// Release makes what is published of a commit, from a clone of it: go run ./internal/release [--out DIR]. That is the program for
// six systems, an archive for each, packages for Debian, a list of what the program is made of, and the sums of all that.
//
// The same commit, tags and Go give the same bytes, in whatever folder and on whatever day: nothing that is made knows
// more of its making than that. It needs git, and dpkg-deb for the packages; what else it runs comes by Go modules, those of
// internal/release/tools, none of which is the program's.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"syscall"
)

func main() {
	out := flag.String("out", "dist", "the `folder` for what is made; it must be empty, or not there yet")
	flag.Parse()
	if flag.NArg() > 0 {
		fmt.Fprintf(os.Stderr, "release: it is not known what %q is to be\n", flag.Arg(0))
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	if err := release(ctx, *out); err != nil {
		fmt.Fprintln(os.Stderr, "release:", err)
		os.Exit(1)
	}
}

// release makes everything in a folder of its own, so that a clone does not become one that is changed in mid-way, and copies it
// beside out when it is whole, to be renamed: what stands in out is never a half. What may be missing is looked for first.
func release(ctx context.Context, out string) (err error) {
	defer func() {
		if err != nil && ctx.Err() != nil {
			err = errors.New("interrupted")
		}
	}()
	for _, program := range []string{"git", "dpkg-deb"} {
		if _, err := exec.LookPath(program); err != nil {
			return err
		}
	}
	out, beside, err := claim(out)
	if err != nil {
		return err
	}
	defer os.RemoveAll(beside)
	work, err := os.MkdirTemp("", "meetbatch-release-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(work)
	m, err := begin(ctx, work)
	if err != nil {
		return err
	}
	for _, step := range []func() error{m.archives, m.debs, m.bom, m.sums, ctx.Err} {
		if err := step(); err != nil {
			return err
		}
	}
	whole := filepath.Join(beside, "whole")
	if err := os.CopyFS(whole, os.DirFS(m.made)); err != nil {
		return err
	}
	return os.Rename(whole, out)
}

// claim finds out that out can be made, and makes a folder beside it. One that stands there empty is taken away, since no other can
// be renamed to it.
func claim(out string) (to, beside string, err error) {
	if to, err = filepath.Abs(out); err != nil {
		return "", "", err
	}
	if real, err := filepath.EvalSymlinks(to); err == nil {
		to = real
	}
	there, err := os.ReadDir(to)
	if len(there) > 0 {
		return "", "", fmt.Errorf("%s is not empty: it holds %s", out, there[0].Name())
	}
	if err == nil {
		err = os.Remove(to)
	}
	if err == nil || errors.Is(err, fs.ErrNotExist) {
		err = os.MkdirAll(filepath.Dir(to), 0o777)
	}
	if err == nil {
		beside, err = os.MkdirTemp(filepath.Dir(to), ".meetbatch-release-")
	}
	return to, beside, err
}
