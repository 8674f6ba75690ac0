package plan

import (
	"fmt"
	"math/rand/v2"
	"os"
	"reflect"
	"runtime"
	"strings"
	"testing"
	"unicode"

	"golang.org/x/text/cases"
	"pgregory.net/rapid"

	"meetbatch/job"
)

// planOf plans rows of user_status, "account value" each, from line 2 on.
func planOf(t *testing.T, op job.Operation, settings Settings, rows []string) *Plan {
	t.Helper()
	settings.Operation, settings.Size = op, 100
	p := New(settings)
	t.Cleanup(func() { p.Close() })
	for i, row := range rows {
		account, value, _ := strings.Cut(row, "=")
		if err := p.Add(job.Item{Line: int64(i + 2), Account: account, Value: value}); err != nil {
			t.Fatal(err)
		}
	}
	plan, err := p.Plan()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { plan.Close() })
	return plan
}

func TestSpellings(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name         string
		op           job.Operation
		rows         []string
		alike, apart string
	}{
		{"none", job.SetStatus, []string{"a=0", "b=1", "c=1", "C1=0", "张伟=1", "Ä=1"}, "0 []", "0 []"},
		{"case", job.SetStatus, []string{"zhang.san@x=1", "b=1", "Zhang.San@X=1"}, "1 [{4 zhang.san@x Zhang.San@X}]", "0 []"},
		{"the other way round", job.SetStatus, []string{"Zhang=1", "zhang=1"}, "1 [{3 Zhang zhang}]", "0 []"},
		{"neither is folded", job.SetStatus, []string{"Zhang=1", "ZHANG=1"}, "1 [{3 Zhang ZHANG}]", "0 []"},
		{"composition", job.SetStatus, []string{"m\u00fcller=0", "mu\u0308ller=0"}, "1 [{3 m\u00fcller mu\u0308ller}]", "0 []"},
		{"case and composition", job.SetStatus, []string{"M\u00dcLLER=0", "mu\u0308ller=0"}, "1 [{3 M\u00dcLLER mu\u0308ller}]", "0 []"},
		{"a final sigma", job.SetStatus, []string{"νικος=1", "ΝΙΚΟΣ=1"}, "1 [{3 νικος ΝΙΚΟΣ}]", "0 []"},
		{"a sharp s", job.SetStatus, []string{"straße=1", "STRASSE=0"}, "0 []", "1 [{3 straße STRASSE}]"},
		{"a ligature of a printed page", job.SetStatus, []string{"o\ufb03ce=1", "OFFICE=1"}, "1 [{3 o\ufb03ce OFFICE}]", "0 []"},
		{"a sign for a letter", job.SetStatus, []string{"karl=1", "\u212aarl=1", "\u00b5=1", "\u03bc=1"}, "2 [{3 karl \u212aarl} {5 \u00b5 \u03bc}]", "0 []"},
		{"a folded letter that composes", job.SetStatus, []string{"\u01f0=1", "J\u030c=1"}, "1 [{3 \u01f0 J\u030c}]", "0 []"},
		{"an accent on another letter", job.SetStatus, []string{"Μάιος=1", "Μαίος=1"}, "0 []", "0 []"},
		{"an iota below a letter", job.SetStatus, []string{"ᾠδή=1", "ὨΙΔΉ=1"}, "1 [{3 ᾠδή ὨΙΔΉ}]", "0 []"},
		{"an Armenian ligature", job.SetStatus, []string{"Սևան=1", "ՍԵՒԱՆ=1"}, "1 [{3 Սևան ՍԵՒԱՆ}]", "0 []"},
		{"other values", job.SetStatus, []string{"a=0", "A=1"}, "0 []", "1 [{3 a A}]"},
		{"other values in one spelling", job.SetStatus, []string{"a=0", "A=1", "A=0"}, "0 []", "1 [{3 a A}]"},
		{"other values in the third", job.SetStatus, []string{"ab=0", "Ab=0", "AB=1"}, "0 []", "1 [{3 ab Ab}]"},
		{"three count once", job.SetStatus, []string{"ab=0", "Ab=0", "AB=0"}, "1 [{3 ab Ab}]", "0 []"},
		{"repeated in one spelling", job.SetStatus, []string{"Ab=0", "Ab=0"}, "0 []", "0 []"},
		{"rooms of one account", job.Reclaim, []string{"a=1", "A=2"}, "1 [{3 a A}]", "0 []"},
	} {
		for name, settings := range ways(t) {
			plan := planOf(t, test.op, settings, test.rows)
			if got := fmt.Sprint(plan.Alike.Accounts, plan.Alike.First); got != test.alike {
				t.Errorf("%s, %s: alike = %s, want %s", test.name, name, got, test.alike)
			}
			if got := fmt.Sprint(plan.Apart.Accounts, plan.Apart.First); got != test.apart {
				t.Errorf("%s, %s: apart = %s, want %s", test.name, name, got, test.apart)
			}
		}
	}
}

// ways are in memory, through files, and with partitions that are divided.
func ways(t *testing.T) map[string]Settings {
	dir := t.TempDir()
	temp := func() (Temp, error) { return os.CreateTemp(dir, "") }
	return map[string]Settings{"memory": {}, "files": {Memory: 1 << 10, Temp: temp}, "divided": {Memory: 1, Temp: temp}}
}

// TestManySpellings: what is told is the same however the rows are planned, and the spellings are accounts of their own.
func TestManySpellings(t *testing.T) {
	t.Parallel()
	var rows []string
	for i := range 3000 {
		rows = append(rows, fmt.Sprintf("user%d@corp.example=%d", i, i%2))
		if i%10 == 0 {
			rows = append(rows, fmt.Sprintf("User%d@corp.example=%d", i, i/10%2))
		}
	}
	random := rand.New(rand.NewPCG(1, 2))
	random.Shuffle(len(rows), func(i, j int) { rows[i], rows[j] = rows[j], rows[i] })
	var want *Plan
	for name, settings := range map[string]Settings{"memory": {}, "again": {}, "files": ways(t)["files"], "less": {Memory: 64 << 10, Temp: ways(t)["files"].Temp}} {
		plan := planOf(t, job.SetStatus, settings, rows)
		if plan.Alike.Accounts != 150 || plan.Apart.Accounts != 150 || plan.Accounts != 3300 || plan.InvalidRows != 0 {
			t.Errorf("%s: %d alike, %d apart, of %d", name, plan.Alike.Accounts, plan.Apart.Accounts, plan.Accounts)
		}
		if want == nil {
			want = plan
		}
		if len(plan.Alike.First) != 10 || !reflect.DeepEqual(plan.Alike, want.Alike) || !reflect.DeepEqual(plan.Apart, want.Apart) {
			t.Errorf("%s: %v, %v, want %v, %v", name, plan.Alike, plan.Apart, want.Alike, want.Apart)
		}
	}
}

// TestOneAccountInAllSpellings: an account in hundreds of thousands of spellings, which all have the same hash, takes the
// memory that any input takes, and is told.
func TestOneAccountInAllSpellings(t *testing.T) {
	dir := t.TempDir()
	const name = "zhang.san.of.the.office.in.beijing"
	p := New(Settings{Operation: job.Reclaim, Size: 100, Memory: 1 << 20, Temp: func() (Temp, error) { return os.CreateTemp(dir, "") }})
	defer p.Close()
	rows := mass(100_000, 300_000)
	for i := range rows {
		account := []byte(name)
		for at, bit := 0, 0; at < len(account) && bit < 20; at++ {
			if account[at] != '.' {
				account[at] ^= byte(i >> bit & 1 << 5)
				bit++
			}
		}
		if err := p.Add(job.Item{Line: int64(i + 2), Account: string(account), Value: "room"}); err != nil {
			t.Fatal(err)
		}
	}
	runtime.GC()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	plan, err := p.Plan()
	if err != nil {
		t.Fatal(err)
	}
	defer plan.Close()
	runtime.ReadMemStats(&after)
	if took := (int64(after.Sys) - int64(before.Sys)) >> 20; took > mass[int64](24, 64) {
		t.Errorf("planning took %d MiB", took)
	}
	if plan.Accounts != int64(rows) || plan.Alike.Accounts == 0 || len(plan.Alike.First) == 0 {
		t.Errorf("%d accounts, %+v", plan.Accounts, plan.Alike)
	}
}

// TestFoldOfEveryCharacter: the fold of a fold is itself, whatever character it is of, a letter and its capital have one, and
// what Unicode folds a character to has the same.
func TestFoldOfEveryCharacter(t *testing.T) {
	t.Parallel()
	unicodes := cases.Fold()
	few := mass[rune](41, 1) // of the characters that are neither letters with case, nor where most of the odd ones stand
	for c := rune(0); c <= unicode.MaxRune; c++ {
		if c > 0x3100 && (c < 0xF900 || c > 0xFFFF) && unicode.SimpleFold(c) == c && c%few > 0 {
			continue
		}
		once := fold(string(c))
		if again := fold(once); again != once {
			t.Errorf("%q folds to %q, and that to %q", c, once, again)
		}
		if its := unicodes.String(string(c)); fold(its) != once {
			t.Errorf("%q folds to %q, and what Unicode folds it to, %q, to %q", c, once, its, fold(its))
		}
		if capital := unicode.ToUpper(c); unicode.ToLower(capital) == c && fold(string(capital)) != once {
			t.Errorf("%q folds to %q, and %q to %q", c, once, capital, fold(string(capital)))
		}
	}
}

// TestIsFolded: what is taken for folded without a look is what fold would give.
func TestIsFolded(t *testing.T) {
	t.Parallel()
	piece := rapid.SampledFrom([]string{"a", "Z", "1", "é", "e\u0301", "\u0301", "张", "張", "\u3099", "か", "한", "\u1100\u1161", "İ", "K", "Ꭰ", "ꭰ", "\uF900", "Ａ"})
	text := rapid.OneOf(rapid.String(), rapid.Map(rapid.SliceOfN(piece, 0, 5), func(p []string) string { return strings.Join(p, "") }))
	rapid.Check(t, func(t *rapid.T) {
		account := text.Draw(t, "account")
		if isFolded(account) && fold(account) != account {
			t.Fatalf("%q folds to %q", account, fold(account))
		}
		if again := fold(fold(account)); again != fold(account) {
			t.Fatalf("%q folds to %q, and that to %q", account, fold(account), again)
		}
	})
}
