package meeting

import (
	"cmp"
	"encoding/json"
	"html"
	"net/url"
	"slices"
	"strings"
	"sync"
)

// masks takes secrets out of texts. The zero value knows none. It is safe for concurrent use.
type masks struct {
	mu       sync.Mutex
	lasting  []string   // forms of the secrets that are never forgotten
	passing  [][]string // forms of those that a sign-in made or brought, the oldest first
	replacer *strings.Replacer
}

// maxPassing is how many groups of passing secrets are remembered. A sign-in adds two: the signature, which can be used
// for ten minutes, and the tokens, of which the service keeps 64. What is older opens nothing any more.
const maxPassing = 2 * 64

// keep takes secrets in that are never forgotten.
func (m *masks) keep(secrets ...string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.lasting = append(m.lasting, formsOf(secrets)...)
	m.build()
}

// add takes secrets in that are forgotten when many others have been added.
func (m *masks) add(secrets ...string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.passing = append(m.passing, formsOf(secrets))
	m.passing = m.passing[max(0, len(m.passing)-maxPassing):]
	m.build()
}

// build is called with the lock held. Where one secret begins like another, the longer one is to be found.
func (m *masks) build() {
	forms := append(slices.Clone(m.lasting), slices.Concat(m.passing...)...)
	slices.SortStableFunc(forms, func(a, b string) int { return cmp.Compare(len(b), len(a)) })
	var pairs []string
	for _, form := range forms {
		pairs = append(pairs, form, "[secret]")
	}
	m.replacer = strings.NewReplacer(pairs...)
}

func (m *masks) mask(text string) string {
	m.mu.Lock()
	replacer := m.replacer
	m.mu.Unlock()
	if replacer == nil {
		return text
	}
	return replacer.Replace(text)
}

// formsOf lists secrets as they stand by themselves, in JSON, in a URL and in HTML. What is shorter than four
// characters is part of any text, and left out.
func formsOf(secrets []string) []string {
	var forms []string
	for _, s := range secrets {
		if len(s) < 4 {
			continue
		}
		for _, form := range []string{s, url.QueryEscape(s), url.PathEscape(s), html.EscapeString(s), inJSON(s, true), inJSON(s, false)} {
			if !slices.Contains(forms, form) {
				forms = append(forms, form)
			}
		}
	}
	return forms
}

// inJSON is a text as it stands in JSON, whether or not what means something in HTML is escaped.
func inJSON(s string, escapeHTML bool) string {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(escapeHTML)
	if err := e.Encode(s); err != nil {
		return s
	}
	return strings.TrimSuffix(strings.TrimPrefix(b.String(), `"`), "\"\n")
}

// Mask takes the client's secrets out of a text.
func (c *Client) Mask(text string) string {
	c.credentialsMasked.Do(func() { c.masks.keep(c.Credentials.secrets()...) })
	return c.masks.mask(text)
}
