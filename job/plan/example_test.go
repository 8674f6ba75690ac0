package plan_test

import (
	"fmt"

	"meetbatch/job"
	"meetbatch/job/plan"
)

func ExamplePlanner() {
	planner := plan.New(plan.Settings{Operation: job.Reclaim, Size: 100})
	defer planner.Close()
	planner.Add(job.Item{Line: 2, Account: "wei", Value: "blue"})
	planner.Add(job.Item{Line: 3, Account: "min", Value: "red"})
	planner.Add(job.Item{Line: 4, Account: "wei", Value: "green"})
	p, err := planner.Plan()
	if err != nil {
		panic(err)
	}
	defer p.Close()
	fmt.Println(p.Rows, "rows,", p.Requests, "requests")
	for chunk, err := range p.Chunks() {
		fmt.Println(chunk.Target, len(chunk.Entries), err)
	}
	// Output:
	// 3 rows, 2 requests
	// wei 2 <nil>
	// min 1 <nil>
}
