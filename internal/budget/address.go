package budget

import (
	"cmp"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"meetbatch/internal/system"
	"meetbatch/job/pace"
)

// Open takes the address of a budget: the path of a file, or redis://[USER:PASSWORD@]HOST[:PORT][/DB]/KEY, or the same
// with rediss, which is TLS. Nothing is connected to, made or locked before Update. The error is a *pace.BudgetError,
// and holds nothing of a URL but its scheme: what is wrong with it may be that a part of its password is taken for
// another part.
func Open(address string) (*Budget, error) {
	b := &Budget{name: address, turn: make(chan struct{}, 1)}
	if scheme, is := schemeOf(address); is {
		server, err := parse(address)
		if err != nil {
			return nil, &pace.BudgetError{Budget: shown(scheme) + "://…", Reason: err.reason, Try: err.hint}
		}
		b.name, b.secrets, b.store = scheme+"://"+server.named, server.secrets(), server
		return b, nil
	}
	if looksSecret(address) { // nothing of which may be shown
		return nil, &pace.BudgetError{Budget: "…", Reason: "it is neither a path nor the URL of a server", Try: form + "; without quotes or blanks around it"}
	}
	if err := checkPath(address); err != nil {
		return nil, b.named(err)
	}
	b.store = &file{path: address, boot: system.BootID(), clock: system.SinceStart}
	return b, nil
}

// looksSecret tells whether what is no URL was meant to be one, or may hold a password. The few paths that look so as well
// are not taken.
func looksSecret(address string) bool {
	lower, path := strings.ToLower(address), address
	if drive := len(filepath.VolumeName(address)); drive < len(address) && os.IsPathSeparator(address[drive]) {
		path = address[drive:]
	}
	_, behind, colon := strings.Cut(path, ":")
	return strings.Contains(lower, "redis:") || strings.Contains(lower, "rediss:") || strings.Contains(lower, "redis//") || colon && strings.Contains(behind, "@")
}

// schemeOf tells a URL from a path.
func schemeOf(address string) (scheme string, is bool) {
	scheme, _, is = strings.Cut(address, "://")
	scheme = strings.ToLower(scheme)
	if is && strings.Trim(scheme, "abcdefghijklmnopqrstuvwxyz0123456789+-.") == "" {
		return scheme, true
	}
	scheme, _, is = strings.Cut(strings.ToLower(address), ":")
	return scheme, is && (scheme == "redis" || scheme == "rediss")
}

// shown is a scheme that may be named: one that people know. Any other text before the first :// may be a part of a password.
func shown(scheme string) string {
	if slices.Contains([]string{"redis", "rediss", "valkey", "valkeys", "http", "https", "tcp", "unix", "file"}, scheme) {
		return scheme
	}
	return "…"
}

const form = "it is redis://[USER:PASSWORD@]HOST[:PORT][/DB]/KEY; in PASSWORD and KEY characters such as % @ : / # ? are written %25 %40 %3A %2F %23 %3F"

// parse reads the URL of a server.
func parse(address string) (*server, *refusal) {
	u, err := url.Parse(address)
	if err != nil {
		return nil, &refusal{"it is no URL", form}
	}
	password, has := u.User.Password()
	port, portErr := strconv.Atoi(cmp.Or(u.Port(), "6379"))
	switch {
	case u.Scheme != "redis" && u.Scheme != "rediss":
		return nil, &refusal{"its scheme is neither redis nor rediss", "name a file, or redis://HOST/KEY; that of a Valkey server is redis too"}
	case u.Hostname() == "" || strings.ContainsAny(u.Hostname(), " \t%"):
		return nil, &refusal{"it has no host", form}
	case portErr != nil || port < 1 || port > 65535 || strings.HasSuffix(u.Host, ":"):
		return nil, &refusal{"its port is not between 1 and 65535", form}
	case u.User != nil && (!has || password == ""):
		return nil, &refusal{"it has a user and no password", "write USER:PASSWORD@, or :PASSWORD@ for a password alone"}
	case u.RawQuery != "" || u.ForceQuery || u.Fragment != "" || strings.HasSuffix(address, "#") || strings.Contains(u.EscapedPath(), "@"):
		return nil, &refusal{"it has a ?, a # or a second @, which mean nothing there", form}
	}
	db, key, refused := parseKey(strings.TrimPrefix(u.EscapedPath(), "/"))
	if refused != nil {
		return nil, refused
	}
	return &server{
		named: u.Host, address: net.JoinHostPort(u.Hostname(), strconv.Itoa(port)), tls: u.Scheme == "rediss",
		user: u.User.Username(), password: password, db: db, key: key,
	}, nil
}

// parseKey reads [DB/]KEY.
func parseKey(path string) (db int, key string, refused *refusal) {
	number, escaped, two := strings.Cut(path, "/")
	if !two {
		number, escaped = "0", path
	}
	db, err := strconv.Atoi(number)
	_, isNumber := strconv.Atoi(escaped)
	key, keyErr := url.PathUnescape(escaped)
	switch {
	case err != nil || db < 0 || strings.Contains(escaped, "/"):
		return 0, "", &refusal{"its path is not [/DB]/KEY with the number of a database", form}
	case key == "" || !two && isNumber == nil:
		return 0, "", &refusal{"it has no KEY", form + "; a KEY such as meetbatch:eu-west-1 is one for all who share the budget"}
	case keyErr != nil || !utf8.ValidString(key) || strings.ContainsFunc(key, unicode.IsControl):
		return 0, "", &refusal{"its KEY has characters that cannot be printed", "name a KEY of letters, digits and colons"}
	}
	return db, key, nil
}
