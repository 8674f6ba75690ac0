package plan

import (
	"cmp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Spellings are accounts that may be one and the same account, in several spellings: their names differ in case, or in how
// letters are written or composed. They are accounts of their own all the same. Rows that are invalid by themselves do not count.
type Spellings struct {
	Accounts int64      // each counts once, however many spellings it has
	First    []Spelling // by line; as many as are named
}

// Spelling is an account in two spellings.
type Spelling struct {
	Line           int64  // of the first row with the second one
	Account, Other string // the first one, and the second one
}

// namedSpellings is how many accounts are named; all are counted.
const namedSpellings = 10

// add takes what was found in another part. The result is the same whichever part is added first.
func (s *Spellings) add(other Spellings) {
	s.Accounts += other.Accounts
	s.First = append(s.First, other.First...)
	slices.SortFunc(s.First, func(a, b Spelling) int { return cmp.Compare(a.Line, b.Line) })
	s.First = s.First[:min(len(s.First), namedSpellings)]
}

// spellings finds the accounts of a part's groups that are in there in several spellings: those whose spellings ask for
// different values where an account can have one only, and the others. Groups are in the order of their first rows.
func spellings(groups []group, byAccount map[string]int, perAccount bool) (alike, apart Spellings) {
	spelled := map[string][]int{} // by what groups fold to, and only of those that are something else themselves
	for i := range groups {
		if account := groups[i].account; !isFolded(account) {
			if folded := fold(account); folded != account {
				spelled[folded] = append(spelled[folded], i)
			}
		}
	}
	for folded, of := range spelled {
		if at, known := byAccount[folded]; known {
			of = append(of, at)
			slices.Sort(of)
		}
		if len(of) < 2 {
			continue
		}
		first, second := &groups[of[0]], &groups[of[1]]
		differ := slices.ContainsFunc(of, func(at int) bool {
			asked := groups[at].entries
			return len(asked) > 1 || asked[0].ID != first.entries[0].ID
		})
		found := &alike
		if differ && !perAccount {
			found = &apart
		}
		found.add(Spellings{1, []Spelling{{second.entries[0].Line, first.account, second.account}}})
	}
	alike.keep()
	apart.keep()
	return alike, apart
}

// keep copies the names, which share the memory of a part.
func (s *Spellings) keep() {
	for i, one := range s.First {
		s.First[i].Account, s.First[i].Other = strings.Clone(one.Account), strings.Clone(one.Other)
	}
}

// isFolded tells of most accounts that fold would not change them, also where they are in Chinese.
func isFolded(account string) bool {
	for i := range len(account) {
		c := account[i]
		if c >= utf8.RuneSelf {
			return !strings.ContainsFunc(account, mayFold)
		}
		if 'A' <= c && c <= 'Z' {
			return false
		}
	}
	return true
}

// mayFold tells of capitals, and of all that is beyond ASCII but the common Chinese characters, which compose with nothing.
func mayFold(c rune) bool {
	return 'A' <= c && c <= 'Z' || c >= utf8.RuneSelf && (c < '\u4E00' || c > '\u9FFF')
}

// fold makes the spellings of an account the same. It is for comparing alone. Small letters alone would not do: a sigma has
// two of them, and a sharp s is two letters. (golang.org/x/text/cases does the same, and adds 250 kB to the program.)
func fold(account string) string {
	if strings.IndexFunc(account, func(c rune) bool { return c >= utf8.RuneSelf }) < 0 { // for speed only
		return strings.ToLower(account)
	}
	return norm.NFC.String(several.Replace(strings.Map(simple, norm.NFD.String(account))))
}

// several are the characters that are several letters when they are folded, and not only when they are decomposed (Unicode,
// CaseFolding.txt, status F).
var several = strings.NewReplacer("ß", "ss", "ﬀ", "ff", "ﬁ", "fi", "ﬂ", "fl", "ﬃ", "ffi", "ﬄ", "ffl", "ﬅ", "st", "ﬆ", "st",
	"ŉ", "ʼn", "ẚ", "aʾ", "և", "եւ", "ﬓ", "մն", "ﬔ", "մե", "ﬕ", "մի", "ﬖ", "վն", "ﬗ", "մխ")

// simple gives the one of the letters that differ in case alone by which all of them are known: the small one, of ASCII. It
// is no mark: one of the iotas stands below a letter, where its order among the accents means nothing.
func simple(c rune) rune {
	least := rune(unicode.MaxRune)
	for other := unicode.SimpleFold(c); ; other = unicode.SimpleFold(other) {
		if small := unicode.ToLower(other); !unicode.IsMark(small) {
			least = min(least, small)
		}
		if other == c {
			break
		}
	}
	if least == unicode.MaxRune { // a mark that has no capital
		return c
	}
	return least
}
