package main

import (
	"context"
	"fmt"
	"path/filepath"

	"github.com/compose-spec/compose-go/v2/loader"
	"github.com/compose-spec/compose-go/v2/types"
)

// compose loads a file as docker compose config does: schema, variables, and what services name of volumes and secrets.
func compose(name string, text []byte) error {
	project, err := loader.LoadWithContext(context.Background(), types.ConfigDetails{
		WorkingDir:  filepath.Dir(name),
		ConfigFiles: []types.ConfigFile{{Filename: name, Content: text}},
		Environment: types.Mapping{"NIGHT": "2026-11-30"},
	}, func(o *loader.Options) { o.SetProjectName("meetbatch", true) })
	if err != nil {
		return err
	}
	for _, service := range project.ServiceNames() {
		fmt.Printf("%s: service %s is understood\n", filepath.Base(name), service)
	}
	return nil
}
