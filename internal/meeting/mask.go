package meeting

import (
	"encoding/json"
	"html"
	"net/url"
	"strings"
	"sync"
)

// masks takes secrets out of texts. The zero value knows none. It is safe for concurrent use.
type masks struct {
	mu       sync.Mutex
	pairs    []string // for the replacer
	replacer *strings.Replacer
}

// add takes further secrets in, also as they stand in JSON, in a URL and in HTML. What is shorter than four
// characters is part of any text.
func (m *masks) add(secrets ...string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, s := range secrets {
		if len(s) < 4 {
			continue
		}
		for _, form := range []string{s, url.QueryEscape(s), url.PathEscape(s), html.EscapeString(s), inJSON(s, true), inJSON(s, false)} {
			m.pairs = append(m.pairs, form, "[secret]")
		}
	}
	m.replacer = strings.NewReplacer(m.pairs...)
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

// mask takes the client's secrets out of a text.
func (c *Client) mask(text string) string {
	c.knowing.Do(func() { c.masks.add(c.Credentials.secrets()...) })
	c.masks.mu.Lock()
	replacer := c.masks.replacer
	c.masks.mu.Unlock()
	return replacer.Replace(text)
}
