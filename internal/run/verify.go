package run

import (
	"fmt"
	"reflect"

	"meetbatch/job"
	"meetbatch/report"
)

// Verify recounts a run from its files and its input, as run.json says that it is, and gives what that said. It only
// reads, so that what it finds of a run that goes on meanwhile is looked at once more.
func Verify(path string) (s *Stored, proof report.Proof, err error) {
	for range 3 {
		now, loadErr := Load(path)
		if loadErr != nil {
			return nil, proof, loadErr
		}
		if s != nil && reflect.DeepEqual(s.Run, now.Run) {
			break // what was found stands
		}
		s = now
		if proof, err = verify(s); err == nil && len(proof.Problems) == 0 {
			break
		}
	}
	return s, proof, err
}

func verify(s *Stored) (report.Proof, error) {
	r := &run{op: s.Operation, settings: s.Settings, path: s.Path, meta: s.Run}
	check := r.check()
	proof, inputErr, err := r.verify(check)
	switch {
	case inputErr == nil:
	case report.Kept(s.Path), s.Run.Input.Kept != nil, s.Run.Input.Path == "-":
		return proof, Unrecorded(fmt.Errorf("the input as it was kept: %w", inputErr), "")
	case s.Run.Schema == 0:
		return proof, Refuse(fmt.Errorf("input: %w; the run is one of version 0.1, of which nothing is proved without it", inputErr), "bring the old file back")
	default:
		check.Rows = nil
		proof, err = report.Verify(s.Path, check)
		proof.Notes = append(proof.Notes, fmt.Sprintf("the results were not held against the input once more: %v", inputErr))
	}
	if err != nil {
		err = Unrecorded(err, "")
	}
	return proof, err
}

// verify holds a run's files against its input. Where that cannot be read, or is another one by now, that is inputErr.
func (r *run) verify(check report.Check) (proof report.Proof, inputErr, err error) {
	if r.meta.State == report.Planning {
		proof, err = report.Verify(r.path, check)
		return proof, nil, err
	}
	if r.input, inputErr = openAgain(r.path, r.meta.Input); inputErr != nil {
		return proof, inputErr, nil
	}
	defer r.input.close()
	rows, inputErr := r.newReader(r.input, nil)
	if inputErr != nil {
		return proof, inputErr, nil
	}
	check.Header = rows.Header()
	if check.Run.Input.LastLine, inputErr = r.lastLine(); inputErr != nil {
		return proof, inputErr, nil
	}
	check.Rows = func(row func(job.Item, []byte) error) error {
		inputErr = r.rows(row)
		return inputErr
	}
	proof, err = report.Verify(r.path, check)
	return proof, inputErr, err
}
