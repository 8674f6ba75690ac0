package job

import "strings"

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
	"206020000": TokenOver, "206020001": TokenOver, "206020002": TokenOver,
	"206010057": SignatureOver,
	"206010064": OtherSite, "206010074": OtherSite,
	"206030015": LockedOut,
	"201040005": NoneLeft, "206010070": NoneLeft,
}

// Means tells what an answer's code says beyond the refusal of this request.
func (a Answer) Means() Meaning { return meanings[strings.TrimPrefix(a.Code, "USG.")] }
