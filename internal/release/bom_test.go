package main

import (
	"regexp"
	"strings"
	"testing"
)

// TestAmended: a list says what the program and THIRD-PARTY.txt say, and nothing of where it was made.
func TestAmended(t *testing.T) {
	const was = `{"bomFormat":"CycloneDX","metadata":{"tools":[{"name":"tool","hashes":[{"content":"ac44"}]}],"component":{"name":"meetbatch",
		"bom-ref":"pkg:golang/meetbatch@v0.0.0-2026?type=module","version":"v0.0.0-2026","purl":"pkg:golang/meetbatch@v0.0.0-2026?a=b&c=d"}},
		"components":[{"name":"some/module","version":"v0.0.0-2026"},{"name":"std","version":"go1.26.8"}],"dependencies":[{"ref":"pkg:golang/meetbatch@v0.0.0-2026?type=module"}]}`
	m := &maker{version: "1.0.0", kinds: map[string][]string{"some/module v0.0.0-2026": {"Apache-2.0", "MIT"}, "Go's library go1.26.8": {"BSD-3-Clause"}}}
	made, err := m.amended([]byte(was))
	if err != nil {
		t.Fatal(err)
	}
	text := regexp.MustCompile(`\s`).ReplaceAllString(string(made), "")
	for _, want := range []string{
		`{"bom-ref":"pkg:golang/meetbatch@1.0.0?type=module","licenses":[{"license":{"id":"Apache-2.0"}}],"name":"meetbatch","purl":"pkg:golang/meetbatch@1.0.0?a=b&c=d","version":"1.0.0"}`,
		`{"licenses":[{"license":{"id":"Apache-2.0"}},{"license":{"id":"MIT"}}],"name":"some/module","version":"v0.0.0-2026"}`,
		`{"ref":"pkg:golang/meetbatch@1.0.0?type=module"}`, `"tools":[{"name":"tool"}]`, `{"id":"BSD-3-Clause"}}],"name":"std"`,
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the list does not hold %s:\n%s", want, text)
		}
	}
	delete(m.kinds, "some/module v0.0.0-2026")
	if _, err := m.amended([]byte(was)); err == nil || !strings.Contains(err.Error(), "some/module v0.0.0-2026, which THIRD-PARTY.txt does not") {
		t.Errorf("of a module whose licence nobody knows is said %v", err)
	}
}
