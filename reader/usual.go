package reader

import "strings"

// usual tells of most accounts quickly that nothing is to be said of them: of mail addresses with the domain of one before.
// It is for speed only: what it takes for usual has none of the damages.
type usual struct {
	domain string // from its @ on; empty as long as there is none
	digits bool   // a name there needs one: templates have examples of that domain, whose names are words
	missed int    // how many accounts had another
}

// inNames are the classes of what stands in names before an @. A sign at the beginning can mean something else.
const inNames = letter | exponent | cross | digit | point | dash

// is tells whether an account is a usual one.
func (u *usual) is(id string) bool {
	n := len(id) - len(u.domain)
	if n <= 0 || u.domain == "" || id[n:] != u.domain || len(id) > maxID {
		return false
	}
	name, seen := id[:n], class(0)
	for i := range len(name) {
		seen |= classes[name[i]]
	}
	switch c := name[0]; {
	case u.digits && seen&digit == 0:
		return false
	case seen&^inNames != 0 || !isLetter(c) && !isDigit(c), seen&cross != 0 && strings.Contains(name, "_x"): // _x000D_
		return false
	case c == 'e' || c == 'E': // e.g.
		return n == 1 || name[1] != '.'
	case c == 'j': // what Java writes in place of a text
		return !strings.HasPrefix(name, "java.")
	}
	return true
}

// learn takes down the domain of an account of which nothing was to be said. An input may have many, in any order, so that
// it does so for some accounts only.
func (u *usual) learn(id string) {
	if u.missed++; u.missed%16 != 1 || isNoMail(id) {
		return
	}
	domain := id[strings.IndexByte(id, '@'):]
	seen := class(0)
	for i := range len(domain) {
		seen |= classes[domain[i]]
	}
	if seen&^(inNames|at) != 0 || strings.IndexByte(domain, '_') >= 0 {
		return
	}
	if d, _ := damageOf("name1" + domain); d == nil {
		word, _ := damageOf("name" + domain)
		u.domain, u.digits = strings.Clone(domain), word != nil
	}
}
