package cli

import (
	"net/url"
	"regexp"
	"strings"
	"sync"
)

// address is a URL in an argument, up to the argument's end: what ends the URL cannot be told from a part of it.
var address = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`[A-Za-z][A-Za-z0-9+.-]*://.*`) })

// recordable takes out of a command line what run.json must not hold: of URLs all but scheme and host, since the rest can
// be a secret.
func recordable(args []string) []string {
	all := make([]string, len(args))
	for i, arg := range args {
		all[i] = address().ReplaceAllStringFunc(arg, func(text string) string {
			scheme, _, _ := strings.Cut(text, "://")
			u, err := url.Parse(text)
			if err != nil || strings.Contains(u.Path, "@") { // where the host ends is not plain
				return scheme + "://…"
			}
			return scheme + "://" + u.Host
		})
	}
	return all
}
