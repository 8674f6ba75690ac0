package reader

import (
	"bytes"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// What is taken for usual, and so not looked at more closely, has no damage, whatever the name and whatever the domain.
func TestUsualAccountsHaveNoDamage(t *testing.T) {
	var u usual
	u.learn("anna@corp.example")
	for _, id := range []string{"bo@corp.example", "E12@corp.example", "j.doe-1_y@corp.example", "max@corp.example", "java@corp.example", "name@corp.example"} {
		if !u.is(id) {
			t.Errorf("%q is not usual", id)
		}
	}
	for _, id := range []string{"@corp.example", "corp.example", "bo@b.example", "-bo@corp.example", "+1@corp.example", "a b@corp.example", "a;b@corp.example", "张@corp.example", "a@b@corp.example", "e.g.bo@corp.example", "java.lang.Object@corp.example", "a_x000D_b@corp.example", strings.Repeat("a", maxID) + "@corp.example"} {
		if u.is(id) {
			t.Errorf("%q is usual", id)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.OneOf(rapid.StringMatching(`[a-zA-Z0-9._-]{1,20}`), rapid.StringMatching(`[a-zA-Z0-9+~!^;, &?'_x0D@.-]{1,9}`),
			rapid.SampledFrom([]string{"example", "someone", "Your.Name", "e.g.", "E.g.x", "java.lang.Object", "System.Object", "000", "0-0", "1.Mrz", "a_x000D_b", "nan.0", "139xxxx0011", "01-Mar", "user\\n"}))
		domain := rapid.OneOf(rapid.StringMatching(`@[a-z0-9.-]{1,20}`), rapid.StringMatching(`@[a-zA-Z0-9._+@~-]{1,12}`),
			rapid.SampledFrom([]string{"@example.com", "@yourcompany.com", "@corp.example", "@b.cn", "@1b2c", "@x..y", "@x.", "@_x000D_", "@a_x00"}))
		var u usual
		u.learn("zhang" + domain.Draw(t, "domain"))
		id := name.Draw(t, "name") + u.domain
		if d, seen := damageOf(id); u.is(id) && (d != nil || seen&(betweenParts|colon|at) != at) {
			t.Fatalf("%q is usual: %+v, %b", id, d, seen)
		}
	})
}

func TestPlainASCIIIsTextWithoutNULs(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.SliceOfN(rapid.ByteRange(0, 0x7F), 0, 40).Draw(t, "text")
		if rapid.Bool().Draw(t, "plain") {
			text = bytes.ReplaceAll(text, []byte{0}, []byte{1})
		}
		if len(text) > 0 && rapid.Bool().Draw(t, "beyond") {
			text[rapid.IntRange(0, len(text)-1).Draw(t, "at")] |= 0x80
		}
		if got, want := isPlainASCII(text), isASCII(text) && bytes.IndexByte(text, 0) < 0; got != want {
			t.Errorf("%q: %v, want %v", text, got, want)
		}
	})
}
