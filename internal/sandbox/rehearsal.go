package sandbox

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"io/fs"
	"os"
	"reflect"
	"slices"
	"strings"
)

// Rehearsal is what a simulated service is to do, as the command line says it, also that of a run in the sandbox:
// run.json holds it then, as it holds a run's other settings. The zero value is a service that does all it is asked for.
type Rehearsal struct {
	Throttle  Throttle  `json:"throttle,omitzero" placeholder:"N/TIME" help:"The simulated service takes so many requests in a window: 100/1m."`
	BadEntry  BadEntry  `json:"bad-entry,omitempty" default:"" enum:",reject,partial,ignore" placeholder:"HOW" help:"What one bad entry does there to its request: reject refuses all (unless told otherwise), partial applies the others and reports it, ignore applies the others and says nothing."`
	Repeat    Repeat    `json:"repeat,omitempty" default:"" enum:",accept,reject" placeholder:"HOW" help:"What an entry is there that is as wanted already: accept carries it out again (unless told otherwise), reject takes it for a bad one."`
	Directory string    `takes:"file" json:"directory,omitempty" placeholder:"FILE" help:"What exists there: a CSV with account, vmr_id, user_status, and what else is listed of them: third_account, name, user_type, admin_type, department, phone, email, vmr_mode, vmr_name, vmr_number, device. Without it, everything does but IDs that begin with missing."`
	Latency   Latency   `json:"latency,omitzero" placeholder:"TIME" help:"Before each of its answers: 20ms, or drawn from 10ms..50ms."`
	Fault     []Fault   `json:"fault,omitempty" placeholder:"KIND=SHARE" sep:"none" help:"What goes wrong there with a share of the requests, as in 503=2%; repeatable: 500, 429, 401; 502, 503, 504, of a gateway; reset (cut before acting), cut (acts, then cut in mid-answer), hang (acts, never answers); html (200 with a page), redirect, web-404, of somebody else; 202 (acts), error-200 (200 with an error), envelope (the same as the older service had it); and for a share of the accounts, always, account-403 and account-404."`
	Reading   []Reading `json:"reading,omitempty" placeholder:"KEY=VALUE" sep:"none" help:"How it is read, where the documents leave that open; repeatable: offset=rows or pages; page=N, the most rows of a page (100), and over=cut or refuse, what it does where more are asked for; order=stable or unstable; changes=SHARE of the pages, before which somebody else changes the list; delay=TIME, by which changes are read later; count=+N or -N, by which the count is wrong; administrator=hidden or shown in the list; terminals=SHARE of the rooms, which are bound to one; member=meeting or third, the account that stands with a room. Unless told otherwise it is the first of two, or none."`
	Seed      uint64    `json:"seed,omitzero,string" placeholder:"N" help:"Of what is drawn there by chance (1)."`
}

// Check refuses what makes no sense.
func (r *Rehearsal) Check() error {
	var requests, accounts float64 // which are drawn apart
	for _, f := range r.Fault {
		if ofAccounts[f.Kind] != nil {
			accounts += f.Share
		} else {
			requests += f.Share
		}
	}
	if shares := max(requests, accounts); shares > 1+1e-9 {
		return fmt.Errorf("--fault: the shares add up to %.0f%%, and may add up to 100%%", shares*100)
	}
	said := map[string]bool{}
	for _, reading := range r.Reading {
		if said[reading.Key] {
			return fmt.Errorf("--reading: %s is said twice", reading.Key)
		}
		said[reading.Key] = true
	}
	return nil
}

// Given names the first of the flags that is not as it is unless told otherwise; mostly none.
func (r *Rehearsal) Given() string {
	for field, value := range reflect.ValueOf(*r).Fields() {
		if !value.IsZero() {
			name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
			return name
		}
	}
	return ""
}

// maxDirectory is how many bytes the file of a directory may have: a million rooms.
const maxDirectory = 64 << 20

// Settings are those of a service that does so, and what was read of its directory, if it has one.
func (r *Rehearsal) Settings() (s Settings, directory []byte, err error) {
	s = Settings{
		Throttle: r.Throttle, BadEntry: r.BadEntry, Repeat: r.Repeat, Latency: r.Latency, Faults: r.Fault, Readings: r.Reading, Seed: cmp.Or(r.Seed, 1),
	}
	if r.Directory == "" {
		return s, nil, nil
	}
	if directory, err = readRegular(r.Directory); err != nil {
		return s, nil, fmt.Errorf("--directory: %w", err)
	}
	if s.Directory, err = ReadDirectory(bytes.NewReader(directory)); err != nil {
		err = fmt.Errorf("--directory: %s: %w", r.Directory, err)
	}
	return s, directory, err
}

// readRegular reads a file. What could be waited for, or has no end, is none.
func readRegular(path string) ([]byte, error) {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return nil, &fs.PathError{Op: "open", Path: path, Err: errors.Unwrap(err)}
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("%s is no regular file", path)
	case info.Size() > maxDirectory:
		return nil, fmt.Errorf("%s is larger than %d MiB", path, maxDirectory>>20)
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, maxDirectory))
}

// Repeat says what an entry is that is as it is wanted already; the documents do not.
type Repeat string

// RejectRepeats takes such an entry for a bad one. Otherwise it is carried out again.
const RejectRepeats Repeat = "reject"

// isSo tells whether an entry is as it is wanted already, where that is refused. is says so of what the directory has;
// without one, what was done is remembered.
func (h *Handler) isSo(entry, wanted string, is bool) bool {
	if h.settings.Repeat != RejectRepeats {
		return false
	}
	was, known := h.did[entry]
	return is || known && was == wanted
}

// note remembers what was done, where that is wanted.
func (h *Handler) note(entry, wanted string) {
	if h.settings.Repeat == RejectRepeats && h.settings.Directory == nil {
		h.did[entry] = wanted
	}
}

// bars finds the reply to whatever is asked for an account, where one of the faults is that it is barred. Which accounts
// are follows from the seed.
func (h *Handler) bars(account string) *reply {
	if !slices.ContainsFunc(h.settings.Faults, func(f Fault) bool { return ofAccounts[f.Kind] != nil }) {
		return nil
	}
	return ofAccounts[h.fault(h.lot("", account), true)]
}

// lot is what is drawn for a name, from 0 to 1: it follows from the seed, whenever it is drawn. What is drawn for another
// purpose is another.
func (h *Handler) lot(purpose, name string) float64 {
	sum := fnv.New64a()
	fmt.Fprint(sum, purpose, name, "\x00", h.settings.Seed)
	mixed := sum.Sum64() * 0x9e3779b97f4a7c15 // the last bytes hardly reach the first bits otherwise
	return float64(mixed>>11) / (1 << 53)
}
