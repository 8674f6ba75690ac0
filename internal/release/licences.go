package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// kinds are the licences, as SPDX calls them, that may come with a program under the Apache License 2.0, with a sentence that each
// of them alone has. All of them ask for no more than that their text comes along. MPL-2.0 would be compatible too, but asks to
// say where the source is: that is to be thought of when the first one comes.
var kinds = []struct{ name, says string }{
	{"Apache-2.0", "apache license version 2.0, january 2004"},
	{"MIT", "permission is hereby granted, free of charge, to any person obtaining a copy of this software"},
	{"ISC", "with or without fee is hereby granted, provided that the above copyright notice and this permission notice appear"},
	{"BSD-2-Clause", "redistribution and use in source and binary forms, with or without modification, are permitted"},
}

// others are words of licences that ask for more, also where one of the kinds stands in the same file.
var others = regexp.MustCompile(`gnu (lesser |library |affero )?general public|mozilla public|eclipse public|server side public|business source|commons clause|creative commons|advertising materials|` +
	`\b[al]?gpl|\bcc[ -]by|common development and distribution|\bcddl|european union public|\beupl|elastic license|functional source|non-?commercial|shall be used for good`)

// kindsOf finds out which licences a text holds.
func kindsOf(text string) (found []string, err error) {
	text = strings.Join(strings.Fields(strings.ToLower(text)), " ")
	if other := others.FindString(text); other != "" {
		return nil, fmt.Errorf("speaks of %q, which asks for more than its text", other)
	}
	for _, k := range kinds {
		if strings.Contains(text, k.says) {
			found = append(found, k.name)
		}
	}
	if i := slices.Index(found, "BSD-2-Clause"); i >= 0 && strings.Contains(text, "to endorse or promote products") { // the third clause
		found[i] = "BSD-3-Clause"
	}
	if len(found) == 0 {
		return nil, errors.New("is a licence of no kind that is known here")
	}
	return found, nil
}

// part is a module that the program is made of, with what its authors want to come along.
type part struct {
	name  string
	root  string
	files map[string]bool // paths below root
}

// licences puts together THIRD-PARTY.txt, of whatever any of the programs holds.
func (m *maker) licences() error {
	parts := map[string]part{}
	m.kinds = map[string][]string{}
	for i, t := range targets {
		n := len(parts)
		if err := m.parts(t, parts); err != nil {
			return err
		}
		if i > 0 && len(parts) > n { // the list of the parts, bom, is the first one's
			return fmt.Errorf("the program for %s holds modules that the one for %s does not: one list of them is not enough", t.os, targets[0].os)
		}
	}
	var table, texts strings.Builder
	for _, name := range slices.Sorted(maps.Keys(parts)) {
		kinds, text, err := parts[name].licences()
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		m.kinds[name] = kinds
		fmt.Fprintf(&table, "%-75s %s\n", name, strings.Join(kinds, ", "))
		texts.WriteString(text)
	}
	text := "meetbatch is under the Apache License 2.0, see LICENSE. The program holds code of others, who want the following to be said.\n\n" + table.String() + texts.String()
	m.texts = append(m.texts, file{"THIRD-PARTY.txt", 0o644, []byte(text)})
	return nil
}

// parts adds what is linked into the program for a system: tests and tools are not. A package may have a licence of its own, which
// stands in its folder or in one between that and the module's; of Go's own library what others wrote has.
func (m *maker) parts(t target, parts map[string]part) error {
	goes, err := run(m.ctx, m.env(t), "go", "env", "GOROOT", "GOVERSION")
	if err != nil {
		return err
	}
	root, version, _ := strings.Cut(strings.TrimSpace(string(goes)), "\n")
	linked, err := m.linked(t)
	if err != nil {
		return err
	}
	for _, p := range linked {
		of := part{"Go's library " + version, root, map[string]bool{}}
		switch {
		case p.Standard && !strings.HasPrefix(p.Dir, filepath.Join(root, "src", "vendor")):
			p.Dir = root // below it stand licences of what only other builds hold, such as crypto/internal/boring
		case p.Standard:
		case p.Module.Main:
			continue
		default:
			of.name, of.root = p.Module.Path+" "+p.Module.Version, p.Module.Dir
		}
		if was, is := parts[of.name]; is {
			of = was
		}
		parts[of.name] = of
		if err := of.look(p.Dir); err != nil {
			return err
		}
	}
	return nil
}

// linked is a package of the program, as go list knows it.
type linked struct {
	Dir      string
	Standard bool
	Module   *struct {
		Path, Version, Dir string
		Main               bool
	}
}

func (m *maker) linked(t target) (all []linked, err error) {
	list, err := run(m.ctx, m.env(t), "go", "list", "-deps", "-json=Dir,Standard,Module", ".")
	if err != nil {
		return nil, err
	}
	for d := json.NewDecoder(bytes.NewReader(list)); ; {
		var p linked
		if err := d.Decode(&p); err == io.EOF {
			return all, nil
		} else if err != nil {
			return nil, fmt.Errorf("go list: %w", err)
		}
		all = append(all, p)
	}
}

// look notes what is to come along of a package's folder, and of those above it. Where none of them has a licence, the one that
// may stand beside them is of something else.
func (p part) look(of string) error {
	licensed := false
	for dir := of; strings.HasPrefix(dir, p.root); dir = filepath.Dir(dir) {
		entries, err := os.ReadDir(dir)
		if err != nil {
			return err
		}
		for _, e := range entries {
			if name := strings.ToUpper(e.Name()); e.Type().IsRegular() && (isLicence(name) || strings.HasPrefix(name, "NOTICE") || strings.HasPrefix(name, "PATENTS")) {
				below, _ := filepath.Rel(p.root, filepath.Join(dir, e.Name()))
				p.files[below] = true
				licensed = licensed || isLicence(name)
			}
		}
	}
	if !licensed {
		below, _ := filepath.Rel(p.root, of)
		return fmt.Errorf("%s: no licence stands on the way to %s", p.name, filepath.ToSlash(below))
	}
	return nil
}

func isLicence(name string) bool {
	name = strings.ToUpper(filepath.Base(name))
	return strings.HasPrefix(name, "LICENSE") || strings.HasPrefix(name, "LICENCE") || strings.HasPrefix(name, "COPYING")
}

// licences gives the kinds of a part's licences, and the texts.
func (p part) licences() (kinds []string, text string, err error) {
	for _, name := range slices.Sorted(maps.Keys(p.files)) {
		data, err := os.ReadFile(filepath.Join(p.root, name))
		if err != nil {
			return nil, "", err
		}
		text += fmt.Sprintf("\n%s\n%s: %s\n\n%s\n", strings.Repeat("-", 100), p.name, filepath.ToSlash(name), strings.TrimSpace(strings.ReplaceAll(string(data), "\r\n", "\n")))
		if !isLicence(name) {
			continue
		}
		of, err := kindsOf(string(data))
		if err != nil {
			return nil, "", fmt.Errorf("%s %w", filepath.ToSlash(name), err)
		}
		kinds = append(kinds, of...)
	}
	slices.Sort(kinds)
	return slices.Compact(kinds), text, nil
}
