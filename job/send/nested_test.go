package send

import (
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"meetbatch/job"
)

var (
	carriedOut = job.Answer{HTTPStatus: 200}
	oneIsBad   = job.Answer{HTTPStatus: 400, Code: "USG.201080000"}
)

// simulate counts the requests of one chunk with such entries, in numbers: what divide does, without a service.
func simulate(e *experience, bad []bool) int {
	return simulateAll(e, newSearch(len(bad)), 0, [][]bool{bad})[0]
}

// Simulate does so for a run's first chunk.
func Simulate(bad []bool) int { return simulate(newExperience(), bad) }

// simulateAll counts the requests of a chunk for many cases of which of its entries are bad, in all of which the search
// has come equally far. What the cases have in common is done once.
func simulateAll(e *experience, s search, sent int, cases [][]bool) (requests []int) {
	for s.left > 0 {
		if s.known == 1 && e.proves(oneIsBad, s.refused) {
			s.known = 0
			s.settled(1)
			continue
		}
		x, from := len(cases[0]), len(cases[0])-s.left
		if sent > 0 {
			x = s.next(e.share())
		}
		sent++
		passed, refused := split(cases, from, from+x)
		if len(passed) > 0 && len(refused) > 0 {
			e, s := e.clone(), s
			e.take(s.known, x, done, carriedOut)
			s.take(x, done)
			requests = append(requests, simulateAll(e, s, sent, passed)...)
		}
		v, a := done, carriedOut
		if cases = passed; len(refused) > 0 {
			cases, v, a = refused, divide, oneIsBad
		}
		e.take(s.known, x, v, a)
		s.take(x, v)
	}
	return append(requests, slices.Repeat([]int{sent}, len(cases))...)
}

// split divides cases by whether the service takes a request with the entries from one place to another.
func split(cases [][]bool, from, to int) (passed, refused [][]bool) {
	for _, bad := range cases {
		if slices.Contains(bad[from:to], true) {
			refused = append(refused, bad)
		} else {
			passed = append(passed, bad)
		}
	}
	return passed, refused
}

func (e *experience) clone() *experience {
	return &experience{belief: e.belief, causes: maps.Clone(e.causes), largest: e.largest}
}

// at makes entries of which those at the places are bad.
func at(n int, places ...int) []bool {
	bad := make([]bool, n)
	for _, i := range places {
		bad[i] = true
	}
	return bad
}

// mixed makes entries of which such a share is bad, anywhere.
func mixed(random *rand.Rand, n int, share float64) []bool {
	return at(n, random.Perm(n)[:int(share*float64(n))]...)
}

func allBad(n int) []bool { return slices.Repeat([]bool{true}, n) }

// TestNested holds the averages against those that were computed from the paper's formulas by another program, and
// against what no procedure can do better: the entropy, and one for each entry where single ones are best.
func TestNested(t *testing.T) {
	t.Parallel()
	for share, want := range map[float64][2]float64{ // of 100 entries, and of 3
		.001: {1.77, 1.007}, .003: {3.27, 1.021}, .01: {8.32, 1.070}, .03: {19.69, 1.206},
		.1: {47.38, 1.661}, .2: {72.87, 2.248}, .3: {88.89, 2.753}, .5: {100, 3},
	} {
		d := newNested(share)
		if got := d.requests[0]; math.Abs(got[100]-want[0]) > .0051 || math.Abs(got[3]-want[1]) > .00051 {
			t.Errorf("share %g: %.3f requests for 100 entries and %.4f for 3, want %g", share, got[100], got[3], want)
		}
		entropy := -share*math.Log2(share) - (1-share)*math.Log2(1-share)
		for n := 1; n <= job.MaxChunk; n++ {
			if got := d.requests[0][n]; got < max(1, float64(n)*entropy)-1e-9 || got > float64(n)+1e-9 {
				t.Errorf("share %g: %.3f requests for %d entries", share, got, n)
			}
		}
	}
}

// TestDivision prints what dividing costs, beside the best nested procedure that knows the share, and bounds it. The
// share is not known when a run begins, and a chunk always goes out whole first.
func TestDivision(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(10, 5))
	accounts := make([]int, 6000)
	for i := range accounts {
		accounts[i] = 1 + random.IntN(32)
	}
	for _, share := range []float64{.001, .003, .01, .03, .1, .2, .3, .5} {
		for _, plan := range []struct {
			what  string
			most  float64
			sizes []int
		}{
			{"2,000 requests of 100", 1.05, slices.Repeat([]int{100}, 2000)},
			{"6,000 accounts of 1 to 32", 1.10, accounts},
		} {
			requests, best := divideAll(random, share, plan.sizes)
			ratio := float64(requests) / best
			t.Logf("%-25s %4.1f %% bad: %7d requests, the best %7.0f: %.3f", plan.what, 100*share, requests, best, ratio)
			if ratio > plan.most {
				t.Errorf("%s, a share of %g bad: %.3f of the best, want %g", plan.what, share, ratio, plan.most)
			}
		}
	}
}

// divideAll counts the requests of a run with chunks of these sizes, and those that the best procedure takes on
// average.
func divideAll(random *rand.Rand, share float64, sizes []int) (requests int, best float64) {
	entries := 0
	for _, n := range sizes {
		entries += n
	}
	bad := mixed(random, entries, share)
	e, d := newExperience(), newNested(share)
	for _, n := range sizes {
		requests += simulate(e, bad[:n])
		best += d.requests[0][n]
		bad = bad[n:]
	}
	return requests, best
}

// TestClusters bounds what bad entries cost that stand together, and what a changed share does.
func TestClusters(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		what   string
		most   float64
		chunks func(i int) []bool
	}{
		{"one chunk of 100 in ten wholly bad", 12, func(i int) []bool {
			if i%10 == 9 {
				return allBad(100)
			}
			return at(100)
		}},
		{"100 rooms, all bad", 101.1, func(int) []bool { return allBad(100) }},
		{"3 rooms, all bad", 4.01, func(int) []bool { return allBad(3) }},
		{"one bad of 32 rooms, in each account", 1.1 * 7.1, func(i int) []bool { return at(32, i*13%32) }},
		{"all bad for 500 chunks of 100, then one in each", 101.1/2 + 11.0/2, func(i int) []bool {
			if i < 500 {
				return allBad(100)
			}
			return at(100, i*37%100)
		}},
	} {
		e, requests := newExperience(), 0
		for i := range 1000 {
			requests += simulate(e, c.chunks(i))
		}
		average := float64(requests) / 1000
		t.Logf("%s: %.2f requests a chunk", c.what, average)
		if average > c.most {
			t.Errorf("%s: %.2f requests a chunk, want %g at most", c.what, average, c.most)
		}
	}
	t.Logf("a run's first request, all bad: %d of 100, %d of 3", simulate(newExperience(), allBad(100)), simulate(newExperience(), allBad(3)))
}

// TestFirstChunk bounds what a run's first chunk of 100 costs, wherever its bad entries stand.
func TestFirstChunk(t *testing.T) {
	t.Parallel()
	var one, three [][]bool
	for i := range 100 {
		one = append(one, at(100, i))
		for j := range i {
			for k := range j {
				if (i+j+k)%mass(5, 1) == 0 {
					three = append(three, at(100, i, j, k))
				}
			}
		}
	}
	worst := func(cases [][]bool) int {
		return slices.Max(simulateAll(newExperience(), newSearch(100), 0, cases))
	}
	mostOfOne, mostOfThree := worst(one), worst(three)
	random, thirty, times := rand.New(rand.NewPCG(30, 100)), 0.0, mass(1000, 3000)
	for range times {
		thirty += float64(simulate(newExperience(), at(100, random.Perm(100)[:30]...))) / float64(times)
	}
	t.Logf("one bad: %d at most; three: %d at most, in %d places; thirty: %.1f on average",
		mostOfOne, mostOfThree, len(three), thirty)
	if mostOfOne > 12 || mostOfThree > 27 || thirty > 97 {
		t.Error("want 12, 27 and 97 at most")
	}
}

// TestProves: what the refusal of several entries proves of the last of them.
func TestProves(t *testing.T) {
	t.Parallel()
	other := job.Answer{HTTPStatus: 413}
	for _, test := range []struct {
		what string
		seen func(e *experience)
		want bool
	}{
		{"nothing", func(*experience) {}, false},
		{"a request as large", func(e *experience) { e.take(0, 4, done, carriedOut) }, false},
		{"a single bad entry", func(e *experience) { e.take(2, 1, divide, oneIsBad) }, false},
		{"both", func(e *experience) { e.take(0, 4, done, carriedOut); e.take(2, 1, divide, oneIsBad) }, true},
		{"a request that is smaller", func(e *experience) { e.take(0, 3, done, carriedOut); e.take(2, 1, divide, oneIsBad) }, false},
		{"another code", func(e *experience) { e.take(0, 4, done, carriedOut); e.take(2, 1, divide, other) }, false},
		{"several bad entries", func(e *experience) { e.take(0, 4, done, carriedOut); e.take(4, 2, divide, oneIsBad) }, false},
		{"a refusal that was due to no entry", func(e *experience) {
			e.take(0, 4, done, carriedOut)
			e.disprove(oneIsBad)
			e.take(2, 1, divide, oneIsBad)
		}, false},
	} {
		e := newExperience()
		test.seen(e)
		e.proves(oneIsBad, 4) // the first time is checked
		if got := e.proves(oneIsBad, 4); got != test.want {
			t.Errorf("after %s, proves = %t", test.what, got)
		}
	}
}

// TestSearchIsBounded: whatever is answered and whatever is believed, the requests stay within the bound.
func TestSearchIsBounded(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(2, job.MaxChunk).Draw(t, "entries")
		verdicts := rapid.SampledFrom([]verdict{done, divide, divide, spent})
		s, requests := newSearch(n), 1
		s.take(n, divide)
		for s.left > 0 {
			x := s.next(rapid.SampledFrom(shares[:]).Draw(t, "share"))
			if x < 1 || x > s.left || s.known > 1 && x >= s.known {
				t.Fatalf("the next request is to carry %d of %+v", x, s)
			}
			s.take(x, verdicts.Draw(t, "verdict"))
			requests++
		}
		if most := float64(n) + max(float64(n/10), math.Log2(float64(n))+2); float64(requests) > most {
			t.Fatalf("%d requests for %d entries, want %g at most", requests, n, most)
		}
	})
}
