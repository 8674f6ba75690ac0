package budget

import (
	"context"
	"crypto/tls"
	"errors"
	"math/rand/v2"
	"net"
	"slices"
	"time"

	"github.com/gomodule/redigo/redis"
)

// server keeps the record in a key of a Redis or Valkey server. Its clock is the server's: the time since 1970.
type server struct {
	named          string // without secrets
	address        string
	tls            bool
	user, password string
	db             int
	key            string

	conn  redis.Conn // nil: to be dialed
	works bool       // whether it has ever done what it was asked for
	lost  int        // how often others were faster in this update
}

// expiry is how long a record stays that nobody needs, in milliseconds.
const expiry = int64(30 * 24 * time.Hour / time.Millisecond)

// script puts a new value in place of an old one, where the key still holds that, and tells whether it has, what was there
// and what time it is. Without a new value it only tells. What is longer than any record is not fetched in whole.
var script = redis.NewScript(1, `
local held = redis.call('GETRANGE', KEYS[1], 0, 4096)
local done = 0
if ARGV[2] and held == ARGV[1] then
  redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
  done = 1
end
local now = redis.call('TIME')
return {done, held, now[1], now[2]}
`)

// told is the script's answer.
type told struct {
	done bool
	held []byte
	now  time.Duration
}

// secrets are what of the URL nobody may read, the longest first. The user default is every server's.
func (s *server) secrets() []string {
	secrets := slices.DeleteFunc([]string{s.password, s.user}, func(secret string) bool { return secret == "" || secret == "default" })
	slices.SortFunc(secrets, func(a, b string) int { return len(b) - len(a) })
	return secrets
}

// update is swap, its errors told as what they mean.
func (s *server) update(ctx context.Context, change change) error {
	err := s.swap(ctx, change)
	if err == nil || err == errOwn {
		return err
	}
	s.close() // a new connection may lead to another server, such as one that took this one's place
	return s.explain(ctx, err)
}

func (s *server) close() error {
	if s.conn == nil {
		return nil
	}
	err := s.conn.Close()
	s.conn = nil
	return err
}

// swap reads, and goes on with what others have written meanwhile until nobody has.
func (s *server) swap(ctx context.Context, change change) error {
	s.lost = 0
	is, err := s.read(ctx)
	for ; err == nil; s.lost++ {
		if s.lost > patient {
			if is, err = s.pause(ctx); err != nil {
				break
			}
		}
		var made []byte
		if made, err = changed(is, change); err != nil || made == nil {
			return err
		}
		if is, err = s.ask(ctx, is.held, made, expiry); err == nil && is.done {
			s.works = true
			return nil
		}
	}
	return err
}

// changed is what a value becomes; nil where it stays.
func changed(is told, change change) ([]byte, error) {
	k, err := open(is.held)
	if err != nil {
		return nil, err
	}
	made, err := change(k.Record, is.now)
	if err != nil || made == nil {
		return nil, err
	}
	return seal("", is.now, made)
}

// patient is how often others may be faster before an update makes pauses.
const patient = 2

// pause waits for a while, longer the more often others were faster, and reads again.
func (s *server) pause(ctx context.Context) (told, error) {
	select {
	case <-time.After(rand.N(time.Millisecond << min(s.lost, 6))):
		return s.ask(ctx)
	case <-ctx.Done():
		return told{}, ctx.Err()
	}
}

// read dials again where a connection broke while it was idle.
func (s *server) read(ctx context.Context) (told, error) {
	kept := s.conn != nil
	is, err := s.ask(ctx)
	if _, answered := errors.AsType[redis.Error](err); err == nil || answered || !kept || ctx.Err() != nil || timedOut(err) {
		return is, err
	}
	s.close()
	return s.ask(ctx)
}

// ask runs the script.
func (s *server) ask(ctx context.Context, args ...any) (is told, err error) {
	if s.conn == nil {
		dial := (&net.Dialer{}).DialContext
		if s.tls {
			dial = (&tls.Dialer{}).DialContext
		}
		s.conn, err = redis.DialContext(ctx, "tcp", s.address, redis.DialContextFunc(dial),
			redis.DialUsername(s.user), redis.DialPassword(s.password), redis.DialDatabase(s.db))
		if err != nil {
			s.conn = nil
			return told{}, err
		}
	}
	answer, err := redis.Values(script.DoContext(ctx, s.conn, append([]any{s.key}, args...)...))
	if err != nil {
		return told{}, err
	}
	var seconds, micros int64
	_, err = redis.Scan(answer, &is.done, &is.held, &seconds, &micros)
	is.now = time.Duration(seconds)*time.Second + time.Duration(micros)*time.Microsecond
	return is, err
}
