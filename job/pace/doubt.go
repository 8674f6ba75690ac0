package pace

import "math"

// usualNoise is the share of refusals that is taken to have nothing to do with the rate until more is known.
const usualNoise = 0.007

// doubt gathers the evidence that more is refused than noise explains: Page's cumulative sum (1954). Each answer adds the
// logarithm of how much likelier it is where more is refused, and the sum never falls below zero, so that a good past
// does not hide a change. Where noise is as usual, a share of 1.6 % and more lets it grow for ever.
type doubt struct {
	score          float64
	heard, refused float64 // since the score was zero last
}

// add takes in an answer, given the share of noise.
func (d *doubt) add(refused bool, noise float64) {
	few := math.Max(usualNoise, math.Min(maxNoise, 1.2*noise))
	more := few + math.Max(0.025, math.Min(few, 1-few)/2)
	if d.score == 0 {
		*d = doubt{}
	}
	d.heard++
	if refused {
		d.refused++
		d.score += math.Log(more / few)
		return
	}
	d.score = math.Max(0, d.score+math.Log((1-more)/(1-few)))
}

// share is what was refused since the doubt began, a little less where that was a moment ago.
func (d *doubt) share() float64 { return d.refused / (d.heard + 0.5) }

// least is the share if so many of the refusals were but for what came before, such as a bucket that was full.
func (d *doubt) least(before float64) float64 { return math.Max(0, (d.refused-before)/d.heard) }
