package main

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const (
	mit = "Permission is hereby granted, free of charge, to any person\n  obtaining a copy of this software and associated documentation files"
	bsd = "Redistribution and use in source and binary forms, with or without\nmodification, are permitted provided that"
)

func TestKindsOf(t *testing.T) {
	for text, want := range map[string]string{
		mit:                   "MIT",
		bsd:                   "BSD-2-Clause",
		bsd + "\n---\n" + mit: "MIT BSD-2-Clause",
		"Apache License\n     Version 2.0, January 2004": "Apache-2.0",
		"for any purpose with or without fee is hereby granted, provided that the above\ncopyright notice and this permission notice appear in": "ISC",
		bsd + "\nNeither the name of X nor the names of its contributors may be used to endorse or promote products":                            "BSD-3-Clause",
		"":                                      "is a licence of no kind that is known here",
		"All rights reserved.":                  "is a licence of no kind that is known here",
		"GNU GENERAL PUBLIC LICENSE\nVersion 3": `speaks of "gnu general public", which asks for more than its text`,
		"GNU AFFERO\nGENERAL PUBLIC LICENSE":    `speaks of "gnu affero general public", which asks for more than its text`,
		mit + "\nor under the\nMozilla Public License 2.0":       `speaks of "mozilla public", which asks for more than its text`,
		"“Commons Clause” License Condition\n" + mit:             `speaks of "commons clause", which asks for more than its text`,
		mit + "\nThe Software shall be used for Good, not Evil.": `speaks of "shall be used for good", which asks for more than its text`,
		"COMMON DEVELOPMENT AND\nDISTRIBUTION LICENSE":           `speaks of "common development and distribution", which asks for more than its text`,
		bsd + "\nEuropean Union Public Licence v. 1.2":           `speaks of "european union public", which asks for more than its text`,
		mit + "\nor (LGPLv3)":                                    `speaks of "lgpl", which asks for more than its text`,
		mit + "\nNon-Commercial use only":                        `speaks of "non-commercial", which asks for more than its text`,
		mit + "\nElastic License 2.0":                            `speaks of "elastic license", which asks for more than its text`,
		mit + "\nthe data: CC-BY-NC 4.0":                         `speaks of "cc-by", which asks for more than its text`,
	} {
		kinds, err := kindsOf(text)
		got := strings.Join(kinds, " ")
		if err != nil {
			got = err.Error()
		}
		if got != want {
			t.Errorf("kindsOf(%q) = %s, want %s", text, got, want)
		}
	}
}

// TestPart: of a module come along the licences on the way to the packages that are linked, and no others.
func TestPart(t *testing.T) {
	root := t.TempDir()
	for name, text := range map[string]string{
		"LICENSE": mit, "inner/COPYING.txt": bsd, "inner/deep/deep.go": "package deep", "NOTICE": "by us", "tool/LICENSE": "GNU General Public License", "empty/a/a.go": "package a",
	} {
		os.MkdirAll(filepath.Join(root, filepath.Dir(name)), 0o755)
		if err := os.WriteFile(filepath.Join(root, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	p := part{"some/module v1.0.0", root, map[string]bool{}}
	if err := p.look(filepath.Join(root, "inner", "deep")); err != nil {
		t.Fatal(err)
	}
	kinds, text, err := p.licences()
	if !slices.Equal(kinds, []string{"BSD-2-Clause", "MIT"}) || err != nil {
		t.Errorf("the licences are %q, %v", kinds, err)
	}
	for _, want := range []string{"some/module v1.0.0: LICENSE\n\n" + mit, "some/module v1.0.0: inner/COPYING.txt\n\n" + bsd, "some/module v1.0.0: NOTICE\n\nby us"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not in\n%s", want, text)
		}
	}
	// A licence that another package has, and a text that is none, serve nothing.
	none := part{"other/module v1.0.0", filepath.Join(root, "empty"), map[string]bool{"other/LICENSE": true}}
	os.WriteFile(filepath.Join(root, "empty", "NOTICE"), []byte(mit), 0o644)
	if err := none.look(filepath.Join(root, "empty", "a")); err == nil || err.Error() != "other/module v1.0.0: no licence stands on the way to a" {
		t.Errorf("of a package without a licence is said %v", err)
	}
}

// TestLicences: all that the program is made of may be passed on with it, on each system. So a module that may not is noticed when
// it comes, and not when a release is made.
func TestLicences(t *testing.T) {
	if _, err := exec.LookPath("go"); err != nil {
		t.Skip("go is missing")
	}
	t.Chdir(filepath.Join("..", ".."))
	m := &maker{ctx: t.Context()}
	if err := errors.Join(m.settle(), m.licences()); err != nil {
		t.Fatal(err)
	}
	text := string(m.texts[0].data)
	for _, want := range []string{"Go's library go1.", "github.com/alecthomas/kong v", "Copyright (C) 2018 Alec Thomas", "zstd/internal/xxhash/LICENSE.txt", "src/vendor/golang.org/x/net/LICENSE"} {
		if !strings.Contains(text, want) {
			t.Errorf("THIRD-PARTY.txt does not hold %q", want)
		}
	}
	for _, other := range []string{"rapid", "goleak", "miniredis", "go-internal", "cyclonedx"} { // of tests and tools
		if strings.Contains(text, other) {
			t.Errorf("THIRD-PARTY.txt holds %q", other)
		}
	}
}
