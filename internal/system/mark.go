package system

import (
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"

	"github.com/gofrs/flock"
)

// Mark lets processes of one user on this machine know of one another that are at the same thing. others tells whether there
// is another one at the moment; it is false where that cannot be found out. release takes the mark away, as the end of the
// process does: it is a lock that all of them share, on a file among the temporary ones.
func Mark(thing string) (others bool, release func()) {
	sum := sha256.Sum256([]byte(thing))
	path := filepath.Join(os.TempDir(), fmt.Sprintf("meetbatch-%s-%x.lock", userID(), sum[:8]))
	f, err := Open(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return false, func() {}
	}
	f.Close()
	lock := flock.New(path)
	alone, err := lock.TryLock()
	others = err == nil && !alone
	if alone { // Windows would keep this lock beside the one that follows
		lock.Unlock()
	}
	lock.TryRLock() // where that fails, others do not notice this one
	return others, func() { lock.Unlock() }
}
