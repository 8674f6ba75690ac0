package budget

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"slices"
	"strings"
	"unicode"

	"github.com/gomodule/redigo/redis"

	"meetbatch/internal/system"
)

// passing are words in a server's refusals that pass by themselves.
var passing = []string{"LOADING", "BUSY", "MASTERDOWN", "OOM", "CLUSTERDOWN", "TRYAGAIN", "MISCONF", "NOREPLICAS", "clients"}

// A lasting word stands in a refusal for which something has to be done.
type lasting struct {
	word  string
	moved bool // a server that has worked may say it while another takes its place
	hint  string
}

const rights = "the user needs eval, evalsha, getrange, set and time, and the right to read and write KEY"

var lastings = []lasting{
	{"NOAUTH", false, "write its password into the URL: redis://:PASSWORD@HOST/KEY, or USER:PASSWORD@"},
	{"WRONGPASS", false, "see to the user and the password in the URL"},
	{"password", false, "see to the user and the password in the URL"},
	{"AUTH", false, "see to the user and the password in the URL"},
	{"NOPERM", false, rights},
	{"ACL", false, rights},
	{"permissions", false, rights},
	{"subcommand", false, rights},
	{"WRONGTYPE", false, "KEY holds something else, which was left as it is; name one that nothing else uses"},
	{"DENIED", false, "give the server a password, which it wants before it listens to other machines"},
	{"DB", false, "the server has no database of the URL's number, or refuses it; leave it out or name another one"},
	{"READONLY", true, "this is a copy of another server; name that one"},
	{"MOVED", true, "another node of this cluster holds KEY; name that one"},
}

const noRedis = "name a Redis or Valkey server that runs scripts (EVAL): redis://HOST:PORT/KEY, or rediss:// where it speaks TLS"

// explain makes a refusal of what does not pass by itself. What a server says that has worked before may pass, as far as
// nothing else is known of it: another one may just be taking its place.
func (s *server) explain(ctx context.Context, err error) error {
	var notCertified *tls.CertificateVerificationError
	var notTLS tls.RecordHeaderError
	var alert tls.AlertError
	var said redis.Error
	switch {
	case err == nil:
		return nil
	case errors.As(err, &said):
		return s.refused(said)
	case errors.As(err, new(*refusal)):
		return err
	case ctx.Err() != nil:
		return &waited{s.vain(), ctx.Err()}
	case timedOut(err): // a moment before the context
		return &waited{s.vain(), context.DeadlineExceeded}
	case s.works:
		return err
	case errors.As(err, &notCertified):
		return &refusal{err.Error(), "the name in the URL has to be one in the server's certificate; " + system.NewAuthority}
	case errors.As(err, &notTLS):
		return &refusal{"the server does not speak TLS", "write redis:// for a server without TLS"}
	case errors.As(err, &alert):
		return &refusal{"the server does not want a TLS connection of this program: " + err.Error(), "it may want a certificate of its clients, which this program has none of"}
	case errors.Is(err, io.EOF):
		return errors.New("the server closed the connection without an answer; one that speaks TLS needs rediss://")
	case strings.HasPrefix(err.Error(), "redigo"):
		return &refusal{"no Redis server answers there", noRedis}
	}
	return err
}

func timedOut(err error) bool {
	e, is := errors.AsType[net.Error](err)
	return is && e.Timeout()
}

// vain says what an update waited for.
func (s *server) vain() string {
	switch {
	case s.lost > patient:
		return "other processes were faster each time"
	case s.tls && !s.works:
		return "the server does not answer; one without TLS needs redis://"
	}
	return "the server does not answer"
}

// refused tells what a server's refusal means.
func (s *server) refused(said redis.Error) error {
	masked := s.masked(string(said))
	text := "the server says: " + masked
	words := strings.FieldsFunc(masked, func(r rune) bool { return !unicode.IsLetter(r) })
	if slices.ContainsFunc(passing, func(word string) bool { return slices.Contains(words, word) }) {
		return errors.New(text)
	}
	i := slices.IndexFunc(lastings, func(l lasting) bool { return slices.Contains(words, l.word) })
	switch {
	case i >= 0 && !(s.works && lastings[i].moved):
		return &refusal{text, lastings[i].hint}
	case i < 0 && !s.works:
		return &refusal{text, noRedis}
	}
	return errors.New(text)
}

// masked takes out of a server's words what the URL says, which some repeat: an old one the arguments of a command that it
// does not know, one that refuses a user his name.
func (s *server) masked(said string) string {
	said, _, _ = strings.Cut(said, ", with args")
	var pairs []string
	for _, secret := range append(s.secrets(), s.key) {
		if len(secret) >= 4 { // what is shorter is a part of any word
			pairs = append(pairs, secret, "[secret]")
		}
	}
	said = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(said, "?"))
	return strings.NewReplacer(pairs...).Replace(said)
}
