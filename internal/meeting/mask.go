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

// masks is what Mask knows beside the credentials. The zero value knows nothing. It is safe for concurrent use.
type masks struct {
	mu       sync.Mutex
	passing  [][]string        // forms of the secrets that a sign-in made or brought, the oldest first
	replacer *strings.Replacer // nil: to be made
}

// maxPassing is how many groups of passing secrets are remembered. A sign-in adds two: the signature, which can be used
// for ten minutes, and the tokens, of which the service keeps 64. What is older opens nothing any more.
const maxPassing = 2 * 64

// add takes secrets in that are forgotten when many others have been added.
func (m *masks) add(secrets ...string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.passing = append(m.passing, formsOf(secrets))
	m.passing = m.passing[max(0, len(m.passing)-maxPassing):]
	m.replacer = nil
}

// Mask takes the client's secrets out of a text.
func (c *Client) Mask(text string) string {
	c.masks.mu.Lock()
	if c.masks.replacer == nil {
		c.masks.replacer = newReplacer(c.Credentials, c.masks.passing)
	}
	replacer := c.masks.replacer
	c.masks.mu.Unlock()
	return replacer.Replace(text)
}

// newReplacer takes out the credentials' secrets and passing ones. Where one begins like another, the longer one is to
// be found.
func newReplacer(c Credentials, passing [][]string) *strings.Replacer {
	lasting := []string{c.Token, c.AppKey, c.Password}
	if c.Password != "" {
		lasting = append(lasting, c.basic())
	}
	forms := append(formsOf(lasting), slices.Concat(passing...)...)
	slices.SortFunc(forms, func(a, b string) int { return cmp.Compare(len(b), len(a)) })
	var pairs []string
	for _, form := range forms {
		pairs = append(pairs, form, "[secret]")
	}
	return strings.NewReplacer(pairs...)
}

// formsOf lists secrets as they stand by themselves, in JSON, in a URL and in HTML. What is shorter than four
// characters is part of any text, and left out.
func formsOf(secrets []string) []string {
	var forms []string
	for _, s := range secrets {
		if len(s) < 4 {
			continue
		}
		forms = append(forms, s, url.QueryEscape(s), url.PathEscape(s), html.EscapeString(s))
		for _, escapeHTML := range []bool{true, false} {
			forms = append(forms, strings.TrimSuffix(strings.TrimPrefix(inJSON(s, escapeHTML), `"`), "\"\n"))
		}
	}
	slices.Sort(forms)
	return slices.Compact(forms)
}

// inJSON is a text, or several, as a line of JSON, whether or not what means something in HTML is escaped.
func inJSON(v any, escapeHTML bool) string {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(escapeHTML)
	e.Encode(v) // texts can always be written
	return b.String()
}
