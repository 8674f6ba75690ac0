package report

import (
	"errors"
	"fmt"
	"reflect"
)

// SetUndone notes in a run that is finished or stopped which run takes it back, the directory of which is by; where that is
// empty, that none does any more. It takes the lock meanwhile: the error is a *LockedError where another process has it. It
// is an error too where the run is not as it was when it was looked at, and where another one takes it back already.
func SetUndone(path, by string, was Run) (err error) {
	lock, err := acquire(path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, lock.release()) }()
	now, err := ReadRun(path)
	switch {
	case err != nil:
		return err
	case now.State != Finished && now.State != Stopped || now.Reconciling:
		return fmt.Errorf("%s has not come to its end: its state is %s", path, now.State)
	case now.UndoneBy == by:
		return nil
	case now.UndoneBy != "" && by != "":
		return fmt.Errorf("%s was taken back already, by %s", path, now.UndoneBy)
	case !reflect.DeepEqual(now, was):
		return fmt.Errorf("%s was gone on with just now", path)
	}
	now.UndoneBy = by
	return putRun(path, now)
}
