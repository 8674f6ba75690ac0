package meeting

import (
	"fmt"
	"strings"
	"testing"
)

func TestMask(t *testing.T) {
	t.Parallel()
	c := &Client{Credentials: Credentials{Account: "admin", Password: "pass<word>"}}
	c.masks.add("pass<word>er", "abc")
	for text, want := range map[string]string{
		"nothing to hide":                "nothing to hide",
		"say pass<word>, twice":          "say [secret], twice",
		"pass%3Cword%3E":                 "[secret]",
		"pass&lt;word&gt;":               "[secret]",
		`{"x":"pass\u003cword\u003e"}`:   `{"x":"[secret]"}`,
		"Basic YWRtaW46cGFzczx3b3JkPg==": "Basic [secret]",
		"pass<word>er":                   "[secret]", // not what is left of it behind the shorter one
		"abc":                            "abc",      // too short
	} {
		if got := c.Mask(text); got != want {
			t.Errorf("Mask(%q) = %q, want %q", text, got, want)
		}
	}
}

// TestMasksForget: secrets that a sign-in brings are forgotten when they are of no use any more, those of the
// credentials never.
func TestMasksForget(t *testing.T) {
	t.Parallel()
	c := &Client{Credentials: Credentials{Token: "lasting"}}
	for i := range 1000 {
		c.masks.add(fmt.Sprintf("token-%04d", i))
	}
	if got := c.Mask("token-0001 token-0999 token-0990 lasting"); got != "token-0001 [secret] [secret] [secret]" {
		t.Errorf("mask = %q", got)
	}
	if forms := strings.Count(fmt.Sprint(c.masks.passing), "token"); forms != maxPassing {
		t.Errorf("%d forms are remembered, want %d", forms, maxPassing)
	}
}
