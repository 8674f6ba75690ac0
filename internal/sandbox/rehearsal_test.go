package sandbox_test

import (
	"fmt"
	"strings"
	"testing"

	"meetbatch/internal/sandbox"
)

// TestRepeats: what was done is refused the second time, where that is asked for, also where nothing says what exists.
func TestRepeats(t *testing.T) {
	t.Parallel()
	directory, err := sandbox.ReadDirectory(strings.NewReader("account,vmr_id,user_status\nwei,r1,0\n,r2,\n"))
	if err != nil {
		t.Fatal(err)
	}
	for name, s := range map[string]sandbox.Settings{"none": {}, "a directory": {Directory: directory}} {
		s.Token, s.Repeat = "tok", sandbox.RejectRepeats
		h := sandbox.New(s)
		got := fmt.Sprint(
			ask(h, "POST", reclaim+"wei", `["r1"]`, nil).Code, ask(h, "POST", reclaim+"wei", `["r1"]`, nil).Code,
			ask(h, "PUT", status+"1", `["wei"]`, nil).Code, ask(h, "PUT", status+"1", `["wei"]`, nil).Code,
			ask(h, "PUT", status+"0", `["wei"]`, nil).Code,
		)
		if got != "200 400 200 400 200" {
			t.Errorf("%s: %s", name, got)
		}
	}
	if got := ask(sandbox.New(sandbox.Settings{Token: "tok"}), "POST", reclaim+"wei", `["r1","r1"]`, nil).Code; got != 200 {
		t.Errorf("a doubled entry: %d", got)
	}
	if got := ask(sandbox.New(sandbox.Settings{Token: "tok", NoDoubles: true}), "POST", reclaim+"wei", `["r1","r2","r1"]`, nil); got.Code != 400 {
		t.Errorf("a doubled entry, refused: %d", got.Code)
	}
}

// TestLanguage: the service's own errors are in the language that is asked for.
func TestLanguage(t *testing.T) {
	t.Parallel()
	h := sandbox.New(sandbox.Settings{Token: "tok"})
	for language, want := range map[string]string{"en-US": "The user does not exist", "zh-CN": "用户不存在"} {
		if got := ask(h, "POST", reclaim+"missing", `["r"]`, header("Accept-Language", language)).Body.String(); !strings.Contains(got, want) {
			t.Errorf("%s: %s", language, got)
		}
	}
}

// TestBarredAccounts: which accounts are barred follows from the seed, and they always are, in the share that was asked
// for.
func TestBarredAccounts(t *testing.T) {
	t.Parallel()
	barred := func(seed uint64) (all string) {
		h := sandbox.New(sandbox.Settings{Token: "tok", Seed: seed, Faults: []sandbox.Fault{{Kind: "account-403", Share: .1}, {Kind: "account-404", Share: .1}}})
		for i := range 1000 {
			for range 2 {
				if code := ask(h, "POST", fmt.Sprint(reclaim, "u", i), `["r"]`, nil).Code; code != 200 {
					all += fmt.Sprint(i, ":", code, " ")
				}
			}
		}
		return all
	}
	one := barred(1)
	for _, code := range []string{":403 ", ":404 "} {
		if n := strings.Count(one, code); n < 140 || n > 260 || n%2 > 0 {
			t.Errorf("%d of 2,000 requests got %s", n, code)
		}
	}
	if one != barred(1) || one == barred(2) {
		t.Error("the seed does not decide")
	}
}

// TestRehearsalIsWritten: each value reads as it is written.
func TestRehearsalIsWritten(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"503=2%", "html=0.125", "account-404=100%"} {
		var f, again sandbox.Fault
		if err := f.UnmarshalText([]byte(text)); err != nil {
			t.Fatal(err)
		}
		if written, err := f.MarshalText(); err != nil || again.UnmarshalText(written) != nil || again != f {
			t.Errorf("%s is written %s", text, written)
		}
	}
}
