package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// list is what is read of a CycloneDX list and written again: all of it, since a field that is not here is refused.
type list struct {
	Schema   string `json:"$schema"`
	Format   string `json:"bomFormat"`
	Spec     string `json:"specVersion"`
	Version  int    `json:"version"`
	Metadata struct {
		Tools     []map[string]any `json:"tools"`
		Component map[string]any   `json:"component"`
	} `json:"metadata"`
	Components   []map[string]any `json:"components"`
	Dependencies []map[string]any `json:"dependencies"`
}

// bom lists the modules that the program is made of, for those who look for known weaknesses in them: CycloneDX, without a serial
// number and a moment, which would be others each time. One list serves all systems, see licences.
func (m *maker) bom() error {
	root, err := os.Getwd()
	if err != nil {
		return err
	}
	made, err := run(m.ctx, m.env(targets[0]), "go", "-C", "internal/release/tools", "tool", "cyclonedx-gomod",
		"app", "-json", "-std", "-noserial", "-notimestamp", root)
	if err != nil {
		return err
	}
	text, err := m.amended(made)
	if err != nil {
		return fmt.Errorf("cyclonedx-gomod: %w", err)
	}
	return os.WriteFile(filepath.Join(m.made, "meetbatch-"+m.version+".cdx.json"), text, 0o644)
}

// amended has a list say the program's own version instead of what Go calls a commit, the licences as THIRD-PARTY.txt does, and
// no sum of the tool, which is another one on each machine.
func (m *maker) amended(made []byte) ([]byte, error) {
	var l list
	d := json.NewDecoder(bytes.NewReader(made))
	d.DisallowUnknownFields()
	if err := d.Decode(&l); err != nil {
		return nil, err
	}
	for _, tool := range l.Metadata.Tools {
		delete(tool, "hashes")
	}
	was := fmt.Sprint(l.Metadata.Component["version"])
	l.Metadata.Component["version"] = m.version
	l.Metadata.Component["licenses"] = licensed("Apache-2.0")
	for _, c := range l.Components {
		name := strings.Replace(fmt.Sprint(c["name"], " ", c["version"]), "std ", "Go's library ", 1)
		if len(m.kinds[name]) == 0 {
			return nil, fmt.Errorf("it lists %s, which THIRD-PARTY.txt does not", name)
		}
		c["licenses"] = licensed(m.kinds[name]...)
	}
	text, err := json.MarshalIndent(l, "", "  ") // the keys of a map in their order
	return []byte(strings.NewReplacer("pkg:golang/meetbatch@"+was, "pkg:golang/meetbatch@"+m.version, `\u0026`, "&").Replace(string(text) + "\n")), err
}

func licensed(kinds ...string) (all []map[string]any) {
	for _, k := range kinds {
		all = append(all, map[string]any{"license": map[string]string{"id": k}})
	}
	return all
}
