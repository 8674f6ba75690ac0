package main

import (
	"crypto/rand"
	"net"
	"time"
)

const (
	refreshLife = 30 * 24 * time.Hour // the example of meeting_21_0311: 2592000 s
	maxTokens   = 64                  // of a user with client type 72 (meeting_21_0311)
)

// session is one sign-in: an access token and the refresh token that came with it.
type session struct {
	user            string
	clientType      int
	access, refresh string
	begin           time.Time
	end, refreshEnd time.Time
}

type tokens struct {
	life            time.Duration
	access, refresh map[string]*session
	users           map[string][]*session // oldest first
}

func newTokens(life time.Duration) tokens {
	return tokens{life: life, access: map[string]*session{}, refresh: map[string]*session{}, users: map[string][]*session{}}
}

// holds returns the session of an access token that is valid.
func (t *tokens) holds(token string, now time.Time) *session {
	if s := t.access[token]; s != nil && now.Before(s.end) {
		return s
	}
	return nil
}

// issue makes a pair of tokens. A user keeps 64 of client type 72 and one of any other; one more voids the
// oldest (meeting_21_0311).
func (t *tokens) issue(user string, clientType int, now time.Time) *session {
	s := &session{user: user, clientType: clientType, access: rand.Text(), refresh: rand.Text(), begin: now,
		end: now.Add(t.life), refreshEnd: now.Add(refreshLife)}
	most := 1
	if clientType == 72 {
		most = maxTokens
	}
	var same []*session
	for _, old := range t.users[user] {
		if old.clientType == clientType {
			same = append(same, old)
		}
	}
	if len(same) >= most {
		t.void(same[0])
	}
	t.access[s.access], t.refresh[s.refresh] = s, s
	t.users[user] = append(t.users[user], s)
	return s
}

// void ends both tokens of a session.
func (t *tokens) void(s *session) {
	delete(t.access, s.access)
	delete(t.refresh, s.refresh)
	var left []*session
	for _, other := range t.users[s.user] {
		if other != s {
			left = append(left, other)
		}
	}
	t.users[s.user] = left
}

// refresh makes new tokens from the refresh token, which stands in X-Access-Token (meeting_21_0307, 2025). Not
// documented is what becomes of the old ones: here a refresh token serves once, and the access token lives to
// its end, so that requests in flight are not refused.
func (s *service) refresh(q *request) answer {
	q.noQuery()
	token := q.header("X-Access-Token")
	old := s.tokens.refresh[token]
	if s.tokens.access[token] != nil {
		q.wrong("X-Access-Token holds an access token, not the refresh token")
	}
	switch {
	case q.refused:
		return malformed()
	case old == nil || !q.arrived.Before(old.refreshEnd):
		return tokenInvalid
	}
	q.target = old.user
	delete(s.tokens.refresh, token)
	return s.granted(q, s.tokens.issue(old.user, old.clientType, q.arrived))
}

// validate says whether a token holds (meeting_21_0308), and makes a new one where it is asked for.
func (s *service) validate(q *request) answer {
	q.noQuery()
	body := q.object(false)
	token := body.text("token", true, 1, 1<<16)
	renew := body.boolean("needGenNewToken", true)
	body.boolean("needAccountInfo", false)
	body.end()
	found := s.tokens.holds(token, q.arrived)
	switch {
	case q.refused:
		return malformed()
	case found == nil:
		return tokenInvalid
	}
	if renew {
		found = s.tokens.issue(found.user, 72, q.arrived)
	}
	return s.granted(q, found)
}

// signOut voids the token in X-Access-Token (meeting_21_0309).
func (s *service) signOut(q *request) answer {
	q.noQuery()
	found := s.tokens.holds(q.header("X-Access-Token"), q.arrived)
	switch {
	case q.refused:
		return malformed()
	case found == nil:
		return tokenInvalid
	}
	q.target = found.user
	s.tokens.void(found)
	return empty
}

// granted is the answer to a sign-in (meeting_21_0311): creation in milliseconds, all else in seconds.
func (s *service) granted(q *request, t *session) answer {
	ip, _, _ := net.SplitHostPort(q.RemoteAddr)
	admin := 1
	if t.user == "" || t.user == s.account {
		admin = 0
	}
	third, account := t.user, s.account
	if t.user == s.account {
		third = ""
	}
	return answer{status: 200, fields: map[string]any{
		"accessToken": t.access, "tokenType": 0, "clientType": t.clientType,
		"createTime": t.begin.UnixMilli(), "expireTime": t.end.Unix(), "validPeriod": int64(t.end.Sub(q.arrived).Seconds()),
		"refreshToken": t.refresh, "refreshCreateTime": t.begin.UnixMilli(), "refreshExpireTime": t.refreshEnd.Unix(),
		"refreshValidPeriod": int64(t.refreshEnd.Sub(q.arrived).Seconds()),
		"tokenIp":            ip, "proxyToken": "", "firstLogin": false, "pwdExpired": false, "daysPwdAvailable": 90,
		"delayDelete": false, "forceLoginInd": 0,
		"user": map[string]any{"userId": "truth-user", "ucloginAccount": account, "companyId": "truth-company",
			"userType": 2, "adminType": admin, "status": 0, "thirdAccount": third},
	}}
}
