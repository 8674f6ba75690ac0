package main

import (
	"os"
	"path/filepath"
)

// bom lists the modules that the program is made of, for those who look for known weaknesses in them: CycloneDX, without a serial
// number and a moment, which would be others each time. One list serves all systems, see licences.
func (m *maker) bom() error {
	path := filepath.Join(m.made, "meetbatch-"+m.version+".cdx.json")
	root, err := os.Getwd()
	if err != nil {
		return err
	}
	env := append(m.env(targets[0]), "GOFLAGS=-trimpath") // the list says the sum of the tool that made it
	_, err = run(m.ctx, env, "go", "-C", "internal/release/tools", "tool", "cyclonedx-gomod",
		"app", "-json", "-licenses", "-std", "-noserial", "-notimestamp", "-output", path, root)
	return err
}
