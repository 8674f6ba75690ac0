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
)

// alone stands for an environment in which nothing is set.
var alone = []string{}

// run gives what a command prints. env is added to the environment; alone is all that there is of it. An error is one line: of
// what the command says against it, the last, which says the reason where there are several.
func run(ctx context.Context, env []string, name string, args ...string) ([]byte, error) {
	var out, said bytes.Buffer
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Stdout, cmd.Stderr = &out, &said
	cmd.Env = env
	if len(env) > 0 || env == nil {
		cmd.Env = append(os.Environ(), env...)
	}
	err := cmd.Run()
	if lines := strings.Split(strings.TrimSpace(said.String()), "\n"); err != nil && lines[len(lines)-1] != "" {
		err = errors.New(lines[len(lines)-1])
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", strings.Join(append([]string{filepath.Base(name)}, args...), " "), err)
	}
	return out.Bytes(), nil
}
