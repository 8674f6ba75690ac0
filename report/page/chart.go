package page

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"meetbatch/internal/words"
)

// The chart is drawn 600 units wide, whatever the page is, and its parts are as high as they are in pixels.
const (
	chartWidth  = 600.0
	rateHeight  = 150.0
	laneHeight  = 12.0
	timeHeight  = 88.0 // of the latencies
	mostLabels  = 7
	shownPoints = 20 // rows of the chart as a table
)

// A chart is the timeline as it is drawn. Its paths are texts of commands and numbers.
type chart struct {
	Steps          []step
	Points         []step // the steps, taken together so that they are few
	Step, Point    time.Duration
	Gaps, Sessions []stretch
	Times          []mark // by x
	Rates          []mark // by y; so are the next
	Latencies      []mark
	Area, Asked    string
	P50, P99, Band string
	Lanes          []lane
}

// A step is a bucket with its place.
type step struct {
	bucket
	at     time.Time
	length time.Duration
	x0, x1 float64
}

// A stretch is a part of the time that has a name.
type stretch struct {
	X, Width    float64
	Label, Long string
}

type mark struct {
	At    float64
	Label string
	Odd   bool // one of those that go where there is little room
}

type lane struct {
	Label, Path string
}

// X0 and Wide are where it is drawn.
func (s step) X0() float64   { return s.x0 }
func (s step) Wide() float64 { return s.x1 - s.x0 }

// Middle is where the name of a stretch stands.
func (s stretch) Middle() float64 { return s.X + s.Width/2 }

// PerMinute is the rate of a step, over the time that a session ran in it.
func (s *step) PerMinute() float64 { return float64(s.sent) / max(s.length, time.Second).Minutes() }

// chart draws the timeline; nil where nothing was sent.
func (p *page) chart() *chart {
	t := p.timeline
	if t.total.sent == 0 {
		return nil
	}
	t.close()
	c := &chart{Step: time.Duration(t.width) * time.Second}
	scale := p.place(c)
	p.label(c, scale)
	c.drawRates(t.spans)
	c.Lanes = []lane{
		{"429: " + words.Number(t.total.throttled), c.lane(func(s *step) float64 { return float64(s.throttled) })},
		{"5xx: " + words.Number(t.total.errors), c.lane(func(s *step) float64 { return float64(s.errors) })},
		{"none: " + words.Number(t.total.unanswered), c.lane(func(s *step) float64 { return float64(s.unanswered) })},
		{"held", c.lane(func(s *step) float64 { return s.held.Seconds() })},
	}
	c.drawLatencies()
	c.gather()
	return c
}

// place puts sessions, gaps and steps where they belong, and gives the units per second.
func (p *page) place(c *chart) (scale float64) {
	t := p.timeline
	worked := max(t.worked().Seconds(), 1)
	width, gaps := 0.0, make([]float64, len(t.spans)) // gaps[i] is the one before span i, as many seconds as it is drawn
	for i, s := range t.spans {
		if i > 0 {
			gap := max(0, s.from.Sub(t.spans[i-1].to).Seconds())
			gaps[i] = min(gap, worked/max(10, 2*float64(len(t.spans))))
		}
		width += gaps[i] + max(s.to.Sub(s.from).Seconds(), worked/chartWidth)
	}
	scale = chartWidth / width
	x := 0.0
	for i, s := range t.spans {
		if gap := gaps[i] * scale; gap > 0 {
			c.Gaps = append(c.Gaps, stretch{X: x, Width: gap, Label: length(s.from.Sub(t.spans[i-1].to))})
			x += gap
		}
		wide := max(s.to.Sub(s.from).Seconds(), worked/chartWidth) * scale
		label := stretch{X: x, Width: wide}
		if wide > 8*float64(len(strconv.Itoa(s.first))) {
			label.Label = strconv.Itoa(s.first)
		}
		if wide > 60+6*float64(len(s.label)) && s.label != "" {
			label.Long = " · " + shown(s.label)
		}
		c.Sessions = append(c.Sessions, label)
		x = c.placeSteps(t, i, x, wide, scale)
	}
	return scale
}

// placeSteps puts the steps of a span, which begins at x and is so wide, side by side, and says where they end.
func (c *chart) placeSteps(t *timeline, i int, x, wide, scale float64) float64 {
	s, from := t.spans[i], x
	for at := floorDiv(s.from.Unix(), t.width); at <= floorDiv(s.to.Unix(), t.width); at++ {
		one := step{at: time.Unix(at*t.width, 0), length: c.Step, x0: x}
		if b := t.buckets[slot{i, at}]; b != nil {
			one.bucket = *b
		}
		end := earlier(one.at.Add(c.Step), s.to)
		one.at = later(one.at, s.from)
		one.length = end.Sub(one.at)
		one.x1 = min(from+wide, from+end.Sub(s.from).Seconds()*scale)
		if at == floorDiv(s.to.Unix(), t.width) {
			one.x1 = from + wide
		}
		x = one.x1
		if one.length > 0 || one.sent > 0 || len(t.spans) == 1 {
			c.Steps = append(c.Steps, one)
		}
	}
	return x
}

var labelSteps = []time.Duration{time.Second, 2 * time.Second, 5 * time.Second, 10 * time.Second, 30 * time.Second, time.Minute, 2 * time.Minute, 5 * time.Minute,
	10 * time.Minute, 30 * time.Minute, time.Hour, 2 * time.Hour, 3 * time.Hour, 6 * time.Hour, 12 * time.Hour, 24 * time.Hour}

// label names times below the chart.
func (p *page) label(c *chart, scale float64) {
	const apart = chartWidth / (mostLabels + 1)
	every := labelSteps[len(labelSteps)-1]
	for _, d := range labelSteps {
		if d.Seconds()*scale >= apart {
			every = d
			break
		}
	}
	last, day := -apart, ""
	for i, s := range p.timeline.spans {
		from := c.Sessions[i].X
		_, offset := s.from.In(p.Now.Location()).Zone()
		shift := time.Duration(offset) * time.Second
		for at := s.from.Add(shift).Truncate(every).Add(every - shift); !at.After(s.to); at = at.Add(every) {
			x := from + at.Sub(s.from).Seconds()*scale
			if x-last < apart*0.99 || x < 15 || x > chartWidth-15 {
				continue
			}
			local := at.In(p.Now.Location())
			text := local.Format("15:04:05")
			if every >= time.Minute {
				text = local.Format("15:04")
			}
			if now := local.Format("2 Jan"); p.days && now != day {
				day, text = now, now+" "+text
			}
			c.Times, last = append(c.Times, mark{x, text, len(c.Times)%2 == 1}), x
		}
	}
	if len(c.Times) == 0 {
		c.Times = []mark{{chartWidth / 2, p.At(p.timeline.spans[0].from), false}}
	}
}

// number writes a coordinate.
func number(x float64) string { return strconv.FormatFloat(math.Round(x*10)/10, 'f', -1, 64) }

// drawRates draws the requests a minute, and those that were asked for.
func (c *chart) drawRates(spans []span) {
	top := 0.0
	for i := range c.Steps {
		top = max(top, c.Steps[i].PerMinute())
	}
	for _, s := range spans {
		for _, one := range s.asked {
			if one.perMinute < 3*top {
				top = max(top, one.perMinute)
			}
		}
	}
	top *= 1.08
	y := func(rate float64) string { return number(100 - 100*rate/top) }
	var area, asked strings.Builder
	for i := range c.Steps {
		s := &c.Steps[i]
		if i == 0 || c.Steps[i-1].x1 < s.x0-0.01 {
			if i > 0 {
				area.WriteString("V100z")
			}
			fmt.Fprintf(&area, "M%s 100", number(s.x0))
		}
		fmt.Fprintf(&area, "V%sH%s", y(s.PerMinute()), number(s.x1))
	}
	area.WriteString("V100z")
	for i, s := range spans {
		at, lasts := c.Sessions[i], s.to.Sub(s.from)
		x := func(t time.Time) string {
			if lasts <= 0 {
				return number(at.X)
			}
			return number(at.X + at.Width*min(max(float64(t.Sub(s.from))/float64(lasts), 0), 1))
		}
		for j, one := range s.asked {
			to := s.to
			if j+1 < len(s.asked) {
				to = s.asked[j+1].from
			}
			if one.perMinute > 0 && one.perMinute <= top {
				fmt.Fprintf(&asked, "M%s %sH%s", x(one.from), y(one.perMinute), x(to))
			}
		}
	}
	c.Area, c.Asked = area.String(), asked.String()
	for _, v := range ticks(top) {
		c.Rates = append(c.Rates, mark{At: 44 + rateHeight*(1-v/top), Label: words.Rounded(v)})
	}
	c.Rates[0].Label = "0"
}

// ticks are 0 and some round numbers up to a number.
func ticks(top float64) (at []float64) {
	unit := math.Pow(10, math.Floor(math.Log10(top)))
	for _, part := range []float64{0.2, 0.5, 1, 2} {
		if every := part * unit; top/every < 6 {
			for v := 0.0; v <= top; v += every {
				at = append(at, v)
			}
			return at
		}
	}
	return []float64{0, unit}
}
