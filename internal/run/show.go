package run

import (
	"reflect"
	"time"

	"meetbatch/report"
)

// Look tells how far a run has come, or how it ended, without a lock: as run.json says it, and from the tables what that
// does not know.
func Look(path string) (s *Stored, life report.Life, err error) {
	var was report.Run
	for range 3 {
		now, loadErr := Load(path)
		if loadErr != nil {
			return nil, "", loadErr
		}
		if err != nil && reflect.DeepEqual(was, now.Run) {
			break // what was found stands: nobody changes the tables
		}
		was, life = now.Run, now.Run.Life(time.Now())
		if life == report.UnderWay || life == report.Over && now.Run.Schema > 0 {
			return now, life, nil
		}
		if err = now.Run.Recount(path, now.Operation, life); err == nil {
			return now, life, nil
		}
	}
	return nil, "", Unrecorded(err, "")
}
