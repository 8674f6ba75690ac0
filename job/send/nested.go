package send

import (
	"math"
	"sync"

	"meetbatch/job"
)

// shares are the shares of bad entries that a run tells apart. Halfway between two of them, the procedure for either
// costs 1.2 % more than the best at most.
var shares = [...]float64{.001, .002, .004, .007, .012, .02, .035, .06, .1, .15, .22, .3, .37, .6, .95}

// mostGrouped is (3 - √5) / 2. Where a larger share of the entries is bad, no procedure needs fewer requests than one
// for each entry (Ungar, The cutoff point for group testing, 1960).
const mostGrouped = 0.3819660112501051

// sizes tells how many entries the next request best carries, by how many entries surely hold a bad one (0 where
// nothing is known) and by how many there are in all.
type sizes [job.MaxChunk + 1][job.MaxChunk + 1]uint8

// tables has the sizes for each of the shares, computed when they are first asked for.
var tables = func() (t [len(shares)]func() *sizes) {
	for i, share := range shares {
		t[i] = sync.OnceValue(func() *sizes { return newNested(share).sizes })
	}
	return t
}()

// size tells how many entries the next request best carries, when of n entries the first m surely hold a bad one.
func size(share float64, m, n int) int {
	if share > mostGrouped {
		return 1
	}
	i := 0
	for share > math.Sqrt(shares[i]*shares[i+1]) { // nearer to the next one, as a ratio
		i++
	}
	return int(tables[i]()[m][n])
}

// nested is the best nested procedure for a share of bad entries: procedure R1 of Sobel and Groll, Group testing to
// eliminate efficiently all defectives in a binomial sample, Bell System Technical Journal 38, 1959. Nested means that
// a request carries a part of the smallest set that surely holds a bad entry or, where there is none, of the others.
// Once a part of that set is refused, the rest of it is as unknown as anything else.
type nested struct {
	*sizes
	requests [job.MaxChunk + 1][job.MaxChunk + 1]float64 // that it takes on average, indexed as sizes
	good     [job.MaxChunk + 1]float64                   // the probability that so many entries are all good
}

func newNested(share float64) *nested {
	d := &nested{sizes: new(sizes)}
	for n := range d.good {
		d.good[n] = math.Pow(1-share, float64(n))
	}
	for n := 1; n < len(d.requests); n++ {
		d.requests[1][n] = d.requests[0][n-1] // the one entry is the bad one
		d.sizes[1][n] = 1
		for m := 2; m <= n; m++ {
			d.choose(m, n, m-1, d.good[m]) // that the whole set is refused is known
		}
		d.choose(0, n, n, 0)
	}
	return d
}

// choose finds the size, up to most, of the request with which the fewest are to be expected.
func (d *nested) choose(m, n, most int, whole float64) {
	best := math.Inf(1)
	for x := 1; x <= most; x++ {
		p := passes(d.good[x], whole)
		requests := 1 + p*d.requests[max(m-x, 0)][n-x] + (1-p)*d.requests[x][n]
		if requests < best {
			best = requests
			d.sizes[m][n] = uint8(x)
		}
	}
	d.requests[m][n] = best
}

// passes is the probability that a request does, given those that its entries are all good and that all of the smallest
// set are that it is a part of. That set surely holds a bad one; where there is no such set, the latter is 0.
func passes(part, whole float64) float64 { return (part - whole) / (1 - whole) }

// search is how far the division of one chunk has come, in numbers alone. What is settled stood before what is
// not, and the entries that surely hold a bad one before the others: a request always carries the first of them, and
// all that is left stays one run of entries. That costs nothing, since the procedure asks only how many entries a
// request carries, and not which.
type search struct {
	left    int // entries that are not settled
	known   int // so many of the first ones surely hold a bad one; 0: nothing is known
	refused int // entries of the refused request by which that is known
	debt    int // requests sent, less entries settled
	slack   int // the most that the debt may come to
}

// newSearch begins before the whole chunk of n entries goes out.
func newSearch(n int) search { return search{left: n, slack: slack(n)} }

// slack is how many requests more than entries a chunk of n may cost, whatever its entries are.
func slack(n int) int { return max(n/10, int(math.Log2(float64(n)))+2) }

// next tells how many entries the next request carries. Only the refusal of several entries is a request that settles
// nothing. When no further one of these can be afforded, entries go out one by one.
func (s *search) next(share float64) int {
	if s.debt >= s.slack {
		return 1
	}
	return size(share, s.known, s.left)
}

// take notes what came of a request that carried the first x entries.
func (s *search) take(x int, v verdict) {
	s.debt++
	switch {
	case v == divide && x > 1:
		s.known, s.refused = x, x
		return
	case v == done:
		s.known = max(s.known-x, 0)
	default: // a bad entry is found, or there was no answer that tells where it is
		s.known = 0
	}
	s.settled(x)
}

// settled takes the first x entries away.
func (s *search) settled(x int) {
	s.left -= x
	s.debt -= x
}
