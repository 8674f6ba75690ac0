package main

import (
	"net/url"
	"slices"
)

const (
	maxEntries = 100 // room ids of a call (meeting_21_1104, meeting_21_1105)
	maxRooms   = 32  // cloud rooms of an account (meeting_21_1104)
)

// The codes of what is wrong with a user or a room. That of an unknown room stands for every other trouble
// with one too: no code of "not this user's room", "allocated already" or "more than 32" is documented, and
// a newer list words it "cloud meeting resource not available".
const (
	noUser = "USG.201040000"
	noRoom = "USG.201080000"
)

var messages = map[string]string{
	noUser: "User does not exist.",
	noRoom: "Cloud meeting resource not available.",
}

// operation is one of the three calls that change something. Each has an array of strings as its body, and
// answers 200 without a body.
type operation struct {
	rooms bool // the path names the user and the body rooms; otherwise it names a status and the body users
	// judge returns the code of what keeps an entry from being changed, given the entries that go before it.
	judge func(s *service, target, entry string, before []string) string
	set   func(s *service, target, entry string)
}

// changes are the operations by method and path; the last segment of the path is the target.
var changes = map[string]*operation{
	// DisassociateVmr, meeting_21_1105
	"POST /v1/usg/dcs/corp/vmr/recycle-from-member/": {rooms: true, judge: judgeRecycle, set: func(s *service, _, room string) { s.give(room, "") }},
	// AssociateVmr, meeting_21_1104
	"POST /v1/usg/dcs/corp/vmr/assign-to-member/": {rooms: true, judge: judgeAssign, set: func(s *service, account, room string) { s.give(room, account) }},
	// BatchUpdateUserStatus, meeting_21_0072
	"PUT /v1/usg/dcs/corp/member/status/": {judge: judgeStatus, set: func(s *service, value, account string) { s.setStatus(account, value) }},
}

// judgeRecycle looks for a room to take back. What the service says of one that is free already is not
// documented: --free decides, and by default the wanted state counts as reached.
func judgeRecycle(s *service, account, room string, _ []string) string {
	holder, held := s.holder[room]
	switch {
	case !s.roomExists(room), held && holder != "" && holder != account, held && holder == "" && s.free == "refuse":
		return noRoom
	}
	return ""
}

// judgeAssign looks for a room to give. One that somebody holds has to be taken back first (user guide of the
// portal), and one account holds 32 at most.
func judgeAssign(s *service, account, room string, before []string) string {
	if holder := s.holder[room]; !s.roomExists(room) || holder != "" && holder != account {
		return noRoom
	}
	rooms := s.held[account]
	for _, r := range append(before, room) {
		if s.holder[r] != account {
			rooms++
		}
	}
	if rooms > maxRooms && s.holder[room] != account {
		return noRoom
	}
	return ""
}

// judgeStatus looks for a user. One who has the status already is confirmed in it, as terminals are
// (meeting_21_0091).
func judgeStatus(s *service, _, account string, _ []string) string {
	if !s.userExists(account) {
		return noUser
	}
	return ""
}

// parse reads what a change is asked for. An array of users has no documented size; as its siblings have 100
// (meeting_21_0070, meeting_21_0091), so has it here.
func (op *operation) parse(q *request, segment string) {
	target, err := url.PathUnescape(segment)
	switch {
	case err != nil || target == "":
		q.wrong("the last segment of the path is %q", segment)
	case !op.rooms && target != "0" && target != "1":
		q.wrong("the status is %q, not 0 or 1", target)
	}
	q.target = target
	q.accountType()
	q.header("X-Access-Token")
	var entries []*string
	q.json(false, &entries)
	seen := map[string]bool{}
	for _, e := range entries {
		switch {
		case e == nil || *e == "":
			q.wrong("an entry is empty")
			continue
		case seen[*e]:
			// "Unique" says what an id is, and not that the array must not repeat it; so none is refused.
			q.odd("entry %q stands there twice", *e)
		}
		seen[*e] = true
		q.entries = append(q.entries, *e)
	}
	if len(entries) < 1 || len(entries) > maxEntries {
		q.wrong("%d entries, not 1 to %d", len(entries), maxEntries)
	}
}

// change carries out a request that the gateway let through.
func (s *service) change(q *request, op *operation, fault string) answer {
	a := s.carryOut(q, op)
	switch fault {
	case "202":
		if a.status == 200 {
			a = answer{status: 202}
		}
	case "504": // the gateway did not wait for the service, which went on
		a = gatewayError(504, "APIG.0201", "Backend timeout")
	case "cut": // in its head or in its body, which may be there though none is documented
		if s.chance.IntN(2) == 0 {
			a = answer{}
		}
	case "hang":
		a = answer{}
	}
	a.fault = fault
	return a
}

// carryOut looks at all entries first, and then changes those that can be. Whether a bad one keeps the good
// ones back is not documented: --reject decides.
func (s *service) carryOut(q *request, op *operation) answer {
	switch {
	case s.tokens.holds(q.Header.Get("X-Access-Token"), q.arrived) == nil:
		return tokenInvalid
	case q.refused:
		return malformed()
	case op.rooms && !s.userExists(q.target):
		return gatewayError(400, noUser, messages[noUser])
	}
	var good []string
	code := ""
	for _, e := range q.entries {
		if slices.Contains(good, e) {
			continue
		}
		if bad := op.judge(s, q.target, e, good); bad == "" {
			good = append(good, e)
		} else if code == "" {
			code = bad
		}
	}
	if code != "" && s.reject == "all" {
		return gatewayError(400, code, messages[code])
	}
	for _, e := range good {
		op.set(s, q.target, e)
	}
	q.applied = good
	if code != "" && s.reject == "partial" {
		return gatewayError(400, code, messages[code])
	}
	return empty
}
