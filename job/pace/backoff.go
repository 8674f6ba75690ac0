package pace

import (
	"time"

	"github.com/cenkalti/backoff/v5"
)

// Patience is for how long a run, or a sign-in, goes on without any good answer.
const Patience = 15 * time.Minute

// Delays gives the pauses between tries of one request: about 1s, 2s, 4s and so on up to a minute, each between half
// and one and a half of that, so that many that failed together do not come back together.
func Delays() *backoff.ExponentialBackOff {
	b := backoff.NewExponentialBackOff()
	b.InitialInterval = time.Second
	b.Multiplier = 2
	return b
}

const (
	// firstPause and longestPause bound the pauses for everybody while the service refuses all. Each is three times the one before.
	// Windows of limits are a second or a minute long, and the advice for other services of the cloud is to wait 2 to 5
	// seconds; where others use up the limit it should be found out soon that they no longer do.
	firstPause   = 2 * time.Second
	longestPause = 30 * time.Second
)
