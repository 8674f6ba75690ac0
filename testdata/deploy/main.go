// Command deploy holds the recipes of deploy/kubernetes and deploy/compose against the rules of those who would run them:
// of a Kubernetes API server its strict decoding, its defaults, its validation of what is created and its Pod Security
// Standard "restricted"; of Docker Compose its loader. It needs no cluster and no engine, and says nothing of what these
// would do with the recipes then.
package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: deploy FOLDER")
		os.Exit(2)
	}
	if err := check(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// check looks at all files of a folder that looks like deploy.
func check(folder string) (err error) {
	for pattern, look := range map[string]func(name string, text []byte) error{
		filepath.Join("kubernetes", "*.yaml"):    kubernetes,
		filepath.Join("compose", "compose.yaml"): compose,
	} {
		files, _ := filepath.Glob(filepath.Join(folder, pattern))
		if len(files) == 0 {
			err = errors.Join(err, fmt.Errorf("%s holds no %s", folder, pattern))
		}
		for _, file := range files {
			text, wrong := os.ReadFile(file)
			if wrong == nil {
				wrong = look(file, text)
			}
			if wrong != nil {
				err = errors.Join(err, fmt.Errorf("%s: %w", file, wrong))
			}
		}
	}
	return err
}
