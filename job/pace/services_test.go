package pace_test

import (
	"math/rand/v2"
	"time"

	"meetbatch/job"
)

// limiter is a service's own limit: it tells whether a request that comes now is taken, and what the answer says
// of the limit.
type limiter func(now time.Time) (ok bool, said []job.Limit)

// fixed takes so many requests in each window, which begins with a request; its answers say so where they are
// to.
func fixed(limit int, window time.Duration, says bool) limiter {
	var began time.Time
	used := 0
	return func(now time.Time) (bool, []job.Limit) {
		if now.Sub(began) >= window {
			began, used = now, 0
		}
		ok := used < limit
		if ok {
			used++
		}
		if !says {
			return ok, nil
		}
		return ok, []job.Limit{
			{Name: "api", Remain: limit - used, Limit: limit, Window: window},
			{Name: "allenv", Remain: 199, Limit: 200, Window: time.Second},
		}
	}
}

// calendar is like fixed, with windows that begin with the minute.
func calendar(limit int, says bool) limiter {
	var minute time.Time
	used := 0
	return func(now time.Time) (bool, []job.Limit) {
		if m := now.Add(17 * time.Second).Truncate(time.Minute); m != minute {
			minute, used = m, 0
		}
		ok := used < limit
		if ok {
			used++
		}
		if !says {
			return ok, nil
		}
		return ok, []job.Limit{{Name: "api", Remain: limit - used, Limit: limit, Window: time.Minute}}
	}
}

// sliding takes so many requests in any window.
func sliding(limit int, window time.Duration, says bool) limiter {
	var taken []time.Time
	return func(now time.Time) (bool, []job.Limit) {
		for len(taken) > 0 && now.Sub(taken[0]) >= window {
			taken = taken[1:]
		}
		ok := len(taken) < limit
		if ok {
			taken = append(taken, now)
		}
		if !says {
			return ok, nil
		}
		return ok, []job.Limit{{Name: "api", Remain: limit - len(taken), Limit: limit, Window: window}}
	}
}

// shared is a limiter of which somebody else takes so many requests a minute.
func shared(l limiter, others int) limiter {
	every := time.Minute / time.Duration(others)
	var next time.Time
	return func(now time.Time) (bool, []job.Limit) {
		for ; next.IsZero() || !next.After(now); next = next.Add(every) {
			if next.IsZero() {
				next = now
			}
			l(next)
		}
		return l(now)
	}
}

// leaky is a bucket that loses so many requests in a window and holds burst beyond the one that is served, as a
// reverse proxy's limit.
func leaky(limit int, window time.Duration, burst float64) limiter {
	var last time.Time
	var excess float64
	return func(now time.Time) (bool, []job.Limit) {
		e := 0.0
		if !last.IsZero() {
			e = max(0, excess-float64(now.Sub(last))/float64(window)*float64(limit)+1)
		}
		if e > burst {
			return false, nil
		}
		last, excess = now, e
		return true, nil
	}
}

// nginx is a bucket of so many requests a minute that holds nothing beside the one that is served, as nginx counts: in whole
// milliseconds, and thousandths of a request (ngx_http_limit_req_module.c).
func nginx(limit int) limiter {
	var last time.Time
	return func(now time.Time) (bool, []job.Limit) {
		if !last.IsZero() && int64(limit)*1000/60*now.Truncate(time.Millisecond).Sub(last).Milliseconds()/1000 < 1000 {
			return false, nil
		}
		last = now.Truncate(time.Millisecond)
		return true, nil
	}
}

// unlimited takes everything.
func unlimited(time.Time) (bool, []job.Limit) { return true, nil }

// noise refuses a share of the requests, whatever the rate, before the limiter sees them.
func noise(share float64, l limiter, chance *rand.Rand) limiter {
	return func(now time.Time) (bool, []job.Limit) {
		if chance.Float64() < share {
			return false, nil
		}
		return l(now)
	}
}

// bursts is a limiter of which somebody else takes everything for a time, from a moment after the first request on, and
// again in every period; 0: once.
func bursts(l limiter, from, lasts, every time.Duration) limiter {
	var start time.Time
	return func(now time.Time) (bool, []job.Limit) {
		if start.IsZero() {
			start = now
		}
		at := now.Sub(start)
		if every > 0 {
			at %= every
		}
		if at >= from && at < from+lasts {
			return false, nil
		}
		return l(now)
	}
}

// changing is one limiter until a time after the first request, and another from then on.
func changing(after time.Duration, before, then limiter) limiter {
	var start time.Time
	return func(now time.Time) (bool, []job.Limit) {
		if start.IsZero() {
			start = now
		}
		if now.Sub(start) < after {
			return before(now)
		}
		return then(now)
	}
}
