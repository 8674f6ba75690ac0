package send

import (
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// TestCrew: no more are busy than there are, however that changes, and nobody waits who need not.
func TestCrew(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCrew(2)
		var mu sync.Mutex
		busy, most := 0, 0
		work := func() {
			c.enter()
			defer c.leave()
			mu.Lock()
			busy++
			most = max(most, busy)
			mu.Unlock()
			time.Sleep(time.Second)
			mu.Lock()
			busy--
			mu.Unlock()
		}
		for _, step := range []struct{ size, most int }{{2, 2}, {5, 5}, {1, 1}, {3, 3}} {
			c.resize(step.size)
			most = 0
			start := time.Now()
			var all sync.WaitGroup
			for range 15 {
				all.Go(work)
			}
			all.Wait()
			if took := time.Since(start); most != step.most || took != time.Duration((15+step.size-1)/step.size)*time.Second {
				t.Errorf("%d of %d were busy at a time, for %s", most, step.size, took)
			}
		}
		for range 3 {
			go work()
		}
		synctest.Wait()
		c.resize(1)
		all := time.Now()
		work()
		if took := time.Since(all); took != 2*time.Second {
			t.Errorf("one more took %s beside three that were to be one", took)
		}
	})
}

// TestCrewInOrder: whoever waits longest comes next.
func TestCrewInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCrew(1)
		c.enter()
		var order []int
		for i := range 5 {
			go func() {
				c.enter()
				order = append(order, i)
				c.leave()
			}()
			synctest.Wait()
		}
		c.leave()
		synctest.Wait()
		if !slices.Equal(order, []int{0, 1, 2, 3, 4}) {
			t.Errorf("they came in the order %d", order)
		}
	})
}
