package send

import (
	"math"
	"sync"

	"meetbatch/job"
)

// experience is what a run has seen so far of the entries that its service refuses. The workers share it.
type experience struct {
	mu      sync.Mutex
	belief  belief
	causes  map[cause]evidence
	largest int // the most entries of a request that was carried out
}

// cause is what the service gives as the reason of a refusal.
type cause struct {
	status int
	code   string
}

// evidence is what is known of whether a refusal of some cause is due to an entry of the request.
type evidence struct {
	single    bool // a request with a single entry was refused so
	disproved bool // a request was refused so, and each of its entries was carried out afterwards
	asked     int  // how often a refusal could prove that an entry is bad
}

// checked is how often proof is not taken for granted: of so many entries that a refusal proves to be bad, the first is
// sent all the same. So a service that refuses for another reason with the code of a bad entry is found out before many
// good rows have failed for it, and the requests become no more than a few in a thousand more.
const checked = 32

func causeOf(a job.Answer) cause { return cause{a.HTTPStatus, a.Code} }

func newExperience() *experience {
	return &experience{belief: prior, causes: map[cause]evidence{}}
}

// share estimates which share of the entries is bad at present.
func (e *experience) share() float64 {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.belief.mean()
}

// take learns from what came of a request that carried x entries, a part of m that surely held a bad one, or, where m
// is 0, of which nothing was known.
func (e *experience) take(m, x int, v verdict, a job.Answer) {
	if v != done && v != divide {
		return // it says nothing of the entries
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if m != 1 { // otherwise it was learnt already that this one is bad
		e.belief = e.belief.learn(m, x, v == done)
	}
	if v == done {
		e.largest = max(e.largest, x)
		return
	}
	if x == 1 {
		seen := e.causes[causeOf(a)]
		seen.single = true
		e.causes[causeOf(a)] = seen
	}
}

// proves tells whether the refusal of a request with so many entries, of which all but one were carried out since, is
// to be taken as proof that this one is bad. It is when the service has refused a single entry with the same code, and
// has carried out a request as large: otherwise there may have been too many entries, or something else that concerns
// none of them. Now and then it is not, so that the entry is sent, and shows whether it was bad.
func (e *experience) proves(a job.Answer, entries int) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	seen := e.causes[causeOf(a)]
	if !seen.single || seen.disproved || entries > e.largest {
		return false
	}
	seen.asked++
	e.causes[causeOf(a)] = seen
	return seen.asked%checked != 1
}

// disprove notes that a request was refused, and that each of its entries was carried out since. From then on such a
// refusal proves nothing any more.
func (e *experience) disprove(a job.Answer) {
	e.mu.Lock()
	defer e.mu.Unlock()
	seen := e.causes[causeOf(a)]
	seen.disproved = true
	e.causes[causeOf(a)] = seen
}

// belief says how probable each of the shares is. Bad entries come in clusters (an account that is gone, a list that
// is old), so it is the belief of somebody who expects the share to change: at each entry with the probability
// change, and then to any share, however long it was another (Herbster and Warmuth, Tracking the best expert, 1998).
// So old entries count less and less, and no share becomes so improbable that a few requests could not bring it back.
type belief [len(shares)]float64

const change = 0.0005

// prior is what is believed before anything is known: small shares are more probable, but not by much.
var prior = func() (b belief) {
	for i, share := range shares {
		b[i] = 1 / math.Sqrt(share)
	}
	return b.scaled()
}()

// good gives, for so many entries, the probability that they are all good, by share. For none it is 0, as passes wants
// it where no set is known that holds a bad one.
var good = func() (g [job.MaxChunk + 1]belief) {
	for n := 1; n < len(g); n++ {
		for i, share := range shares {
			g[n][i] = math.Pow(1-share, float64(n))
		}
	}
	return g
}()

// learn takes in whether a request passed that carried x entries, a part of m that surely held a bad one, or, where
// m is 0, of which nothing was known (Bayes). The refusal of several entries settles none, so that time does not pass.
func (b belief) learn(m, x int, passed bool) belief {
	part, whole := good[x], good[m]
	for i := range b {
		p := passes(part[i], whole[i])
		if !passed {
			p = 1 - p
		}
		b[i] *= p
	}
	if !passed && x > 1 {
		return b.scaled()
	}
	return b.scaled().aged(x)
}

// aged is what is left of a belief after so many entries.
func (b belief) aged(entries int) belief {
	stays := math.Pow(1-change, float64(entries))
	for i, p := range prior {
		b[i] = stays*b[i] + (1-stays)*p
	}
	return b
}

// scaled makes the sum 1.
func (b belief) scaled() belief {
	sum := 0.0
	for _, p := range b {
		sum += p
	}
	for i := range b {
		b[i] /= sum
	}
	return b
}

// mean is the share that is to be expected.
func (b belief) mean() (share float64) {
	for i, p := range b {
		share += p * shares[i]
	}
	return share
}
