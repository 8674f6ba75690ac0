package job

import (
	"slices"
	"strings"
)

// Meaning is what an error code says beyond the refusal of one request. The zero value is nothing.
type Meaning int

const (
	NothingMore   Meaning = iota
	Busy                  // the service has too much to do just now
	Upgrading             // it is being upgraded, and away for minutes
	TokenOver             // it wants a new sign-in, whatever the HTTP status
	SignatureOver         // the signature of a sign-in was too old
	OtherSite             // the enterprise is one of the other region
	LockedOut             // the user is locked; trying again would keep it so
	NoneLeft              // as many users are enabled as were bought
)

// meanings are the codes that say more, by their nine digits: the server writes USG. in front, the client's tables do
// not. That the server's numbers are the client's is plausible, and confirmed for those of users (api-facts,
// corrections 3 and 4; api-reading, section 6).
var meanings = map[string]Meaning{
	"000000001": Busy, "000000002": Busy, "000000010": Busy,
	"000000008": Upgrading, "200000005": Upgrading,
	"000000004": TokenOver, "206020000": TokenOver, "206020001": TokenOver, "206020002": TokenOver,
	"206010057": SignatureOver,
	"206010064": OtherSite, "206010074": OtherSite,
	"206030015": LockedOut,
	"201040005": NoneLeft, "206010070": NoneLeft,
}

// Means tells what an answer's code says beyond the refusal of this request.
func (a Answer) Means() Meaning { return meanings[a.number()] }

// number is the code without the server's prefix.
func (a Answer) number() string { return strings.TrimPrefix(a.Code, "USG.") }

// IsGateways tells whether the code is one of the gateway in front of the service (apig_03_0048).
func (a Answer) IsGateways() bool { return strings.HasPrefix(a.Code, "APIG") }

// IsOwn tells whether the code is the service's own: USG for accounts and rooms, MMC for conferences, or nine digits
// as in the client's tables.
func (a Answer) IsOwn() bool {
	return strings.HasPrefix(a.Code, "USG.") || strings.HasPrefix(a.Code, "MMC.") ||
		len(a.Code) == 9 && strings.Trim(a.Code, "0123456789") == ""
}

// ofEntries are how the numbers of codes begin that an account or a room causes (api-facts, section 3.2: users, rooms,
// packages of rooms; api-reading, section 6.2: terminals, no such user).
var ofEntries = []string{"20104", "20105", "20108", "20109", "206030000"}

// OfEntry tells whether the code is one that an account or a room of the request causes.
func (a Answer) OfEntry() bool {
	return a.IsOwn() && slices.ContainsFunc(ofEntries, func(begin string) bool { return strings.HasPrefix(a.number(), begin) })
}

// OfWhole tells whether the answer's code concerns the target of an operation's request, and so all of its entries.
func (op Operation) OfWhole(a Answer) bool { return slices.Contains(op.WholeCodes, "USG."+a.number()) }
