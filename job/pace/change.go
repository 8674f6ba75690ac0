package pace

import (
	"errors"
	"slices"
	"time"

	"meetbatch/job"
)

// Change changes the rates, from the next request on; within a second, where one waits already. What was found of the
// service at the old rate is forgotten, what it states of its limits is not. sent lists, in order, when requests went out
// before that count for the quotas; after its error nothing is changed. The rates of a budget are
// not one process's to change. It is for one caller at a time.
func (p *Pacer) Change(r job.Rate, quotas []job.Rate, sent func() ([]time.Time, error)) error {
	if p.share != nil {
		return errors.New("the rate is that of the budget, which others share")
	}
	p.mu.Lock()
	p.changing = true
	p.mu.Unlock()
	before, err := sent()
	p.mu.Lock()
	defer p.mu.Unlock()
	before = append(before, p.gone...) // some of them stand among the others: a quota may be short of a few, and is never exceeded
	p.changing, p.gone = false, nil
	if err != nil {
		return err
	}
	slices.SortFunc(before, time.Time.Compare)
	now := time.Now()
	old := p.governor
	old.rate(now) // which counts for how long it was followed
	p.governor = newGovernor(r, now)
	p.governor.stated, p.governor.followed = old.stated, old.followed
	p.quotas = newQuotas(quotas, before)
	p.limiter.SetLimit(p.governor.rate(now))
	return nil
}
