package report

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"

	"meetbatch/internal/system"
	"meetbatch/job"
)

// BeginFree is Begin for a directory that nobody has named: where the path is taken, by whatever it is, the directory is
// path-2, path-3 and so on. It is made, and never one that was there, so that of many processes that ask for the same
// path at once each gets its own.
func BeginFree(path string, op job.Operation) (*Dir, error) {
	path = filepath.Clean(path)
	if err := system.CheckName(path); err != nil {
		return nil, err
	}
	folder := filepath.Dir(path)
	free := path
	for n := 2; ; {
		madeFolder := absent(folder)
		if err := os.MkdirAll(folder, folderPerm); err != nil {
			return nil, err
		}
		err := os.Mkdir(free, folderPerm)
		switch {
		case errors.Is(err, fs.ErrExist):
			free, n = path+"-"+strconv.Itoa(n), n+1
			continue
		case errors.Is(err, fs.ErrNotExist) && absent(folder): // another process had made it, and took it back just now
			continue
		case err != nil:
			return nil, err
		}
		d, err := Begin(free, op)
		if err != nil {
			return nil, errors.Join(err, os.Remove(free))
		}
		d.made = []string{free}
		if madeFolder {
			d.made = append(d.made, folder)
		}
		for _, dir := range d.made {
			if err := system.SyncDir(filepath.Dir(dir)); err != nil {
				return nil, errors.Join(err, d.Remove())
			}
		}
		return d, nil
	}
}
