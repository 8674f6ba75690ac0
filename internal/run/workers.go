package run

import "fmt"

const (
	// keptFiles is how many files a run may have open beside its connections: its tables and temporary files, a lookup of
	// the service's address, and what is written at its end.
	keptFiles = 18

	// filesOfWorker is how many a worker takes: while it connects it tries two addresses at a time, and the sandbox inside
	// the process has the other end of each connection.
	filesOfWorker = 2
)

// boundWorkers has no more workers than there may be connections.
func (r *run) boundWorkers() (err error) {
	r.workers, err = r.bounded(r.settings.Workers)
	return err
}

// bounded gives as many of the workers as there may be connections for.
func (r *run) bounded(workers int) (int, error) {
	if r.Files == 0 {
		return workers, nil
	}
	most := (r.Files - keptFiles) / filesOfWorker
	if most < 1 {
		return 0, Refuse(fmt.Errorf("this process may open %d more files, and a run with one worker takes %d", r.Files, keptFiles+filesOfWorker),
			"raise the limit of open files: ulimit -n 1024, or LimitNOFILE in a systemd unit")
	}
	if workers > most {
		r.User.Warn(fmt.Sprintf("this process may open %d more files, which are enough for %d of %d workers (ulimit -n, or LimitNOFILE in a systemd unit)", r.Files, most, workers))
		workers = most
	}
	return workers, nil
}
