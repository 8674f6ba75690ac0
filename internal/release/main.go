// Release makes what is published of a commit, from a clone of it: go run ./internal/release [--out DIR]. That is the program for
// six systems, an archive for each, packages for Debian, a list of what the program is made of, and the sums of all that.
//
// The same commit, tags and Go give the same bytes, in whatever folder and on whatever day: nothing that is made knows
// more of its making than that. It needs git, and dpkg-deb for the packages; what else it runs comes by Go modules, those of
// internal/release/tools, none of which is the program's.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	out := flag.String("out", "dist", "the `folder` for what is made; it must be empty, or not there yet")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := release(ctx, *out); err != nil {
		fmt.Fprintln(os.Stderr, "release:", err)
		os.Exit(1)
	}
}

// release makes everything in a folder of its own and copies it when it is whole. So a clone does not become one that is changed
// in mid-way, and what stands in out is never a half.
func release(ctx context.Context, out string) error {
	if there, err := os.ReadDir(out); err == nil && len(there) > 0 {
		return fmt.Errorf("%s is not empty: it holds %s", out, there[0].Name())
	}
	work, err := os.MkdirTemp("", "meetbatch-release-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(work)
	m, err := begin(ctx, work)
	if err != nil {
		return err
	}
	for _, step := range []func() error{m.archives, m.debs, m.bom, m.sums} {
		if err := step(); err != nil {
			return err
		}
	}
	return os.CopyFS(out, os.DirFS(m.made))
}
