package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// run gives what a command prints, in the environment there is and what is added to it.
func run(ctx context.Context, added []string, name string, args ...string) ([]byte, error) {
	return output(exec.CommandContext(ctx, name, args...), append(os.Environ(), added...))
}

// alone gives what a command prints where nothing is set.
func alone(ctx context.Context, name string, args ...string) ([]byte, error) {
	return output(exec.CommandContext(ctx, name, args...), []string{})
}

// output runs a command. An error is one line: of what the command says against it, the last, which says the reason where there
// are several.
func output(cmd *exec.Cmd, env []string) ([]byte, error) {
	var out, said bytes.Buffer
	cmd.Stdout, cmd.Stderr, cmd.Env = &out, &said, env
	// Who is asked to stop can tidy up, as Go does with what it builds in; who does not is stopped.
	cmd.Cancel, cmd.WaitDelay = func() error { return cmd.Process.Signal(os.Interrupt) }, 10*time.Second
	err := cmd.Run()
	if lines := strings.Split(strings.TrimSpace(said.String()), "\n"); err != nil && lines[len(lines)-1] != "" {
		err = errors.New(lines[len(lines)-1])
	}
	if err != nil {
		return nil, fmt.Errorf("%s %s: %w", filepath.Base(cmd.Path), strings.Join(cmd.Args[1:], " "), err)
	}
	return out.Bytes(), nil
}
