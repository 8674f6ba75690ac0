package page

import (
	"fmt"
	"math"
	"strings"
	"time"
)

// lane draws how often something happened as bars, the highest as high as the lane.
func (c *chart) lane(of func(*step) float64) string {
	top := 0.0
	for i := range c.Steps {
		top = max(top, of(&c.Steps[i]))
	}
	var path strings.Builder
	for i := range c.Steps {
		if n := of(&c.Steps[i]); n > 0 {
			high := max(3, laneHeight*n/top)
			fmt.Fprintf(&path, "M%s 12v-%sH%sV12z", number(c.Steps[i].x0), number(high), number(max(c.Steps[i].x1, c.Steps[i].x0+1)))
		}
	}
	return path.String()
}

// drawLatencies draws p50 and p99 on a logarithmic scale.
func (c *chart) drawLatencies() {
	low, high := math.Inf(1), math.Inf(-1)
	log := func(d time.Duration) float64 { return math.Log10(max(float64(d)/float64(time.Millisecond), 1)) }
	for i := range c.Steps {
		if p50, p99 := c.Steps[i].quantiles(); p99 > 0 {
			low, high = min(low, log(p50)), max(high, log(p99))
		}
	}
	if low > high { // no answer at all
		return
	}
	low, high = math.Floor(low), max(math.Ceil(high+0.05), math.Floor(low)+1)
	y := func(d time.Duration) float64 { return 100 - 100*(log(d)-low)/(high-low) }
	var p50, p99, band strings.Builder
	drawing := false
	for i := range c.Steps {
		s := &c.Steps[i]
		mid, most := s.quantiles()
		if most == 0 {
			drawing = false
			continue
		}
		from, to, at := number(s.x0), number(s.x1), "V"
		if !drawing || c.Steps[i-1].x1 < s.x0-0.01 {
			at, drawing = "M"+from+" ", true
		}
		fmt.Fprintf(&p50, "%s%sH%s", at, number(y(mid)), to)
		fmt.Fprintf(&p99, "%s%sH%s", at, number(y(most)), to)
		fmt.Fprintf(&band, "M%s %sV%sH%sV%sz", from, number(y(mid)), number(y(most)), to, number(y(mid)))
	}
	c.P50, c.P99, c.Band = p50.String(), p99.String(), band.String()
	for v := low; v <= high; v++ {
		c.Latencies = append(c.Latencies, mark{At: 294 + timeHeight*(1-(v-low)/(high-low)), Label: length(time.Duration(math.Pow(10, v)) * time.Millisecond)})
	}
}

func (b *bucket) quantiles() (p50, p99 time.Duration) {
	return b.latency.Quantile(0.5), b.latency.Quantile(0.99)
}

// gather takes steps together that follow one another in a session, so that they can be read as a table.
func (c *chart) gather() {
	each := (len(c.Steps) + shownPoints - 1) / shownPoints
	for i := range c.Steps {
		s := c.Steps[i]
		if i%each == 0 {
			c.Points = append(c.Points, s)
			continue
		}
		last := &c.Points[len(c.Points)-1]
		last.merge(&s.bucket)
		last.length += s.length
	}
	c.Point = time.Duration(each) * c.Step
}
