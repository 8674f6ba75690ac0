package sandbox

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"

	"github.com/gocarina/gocsv"
)

// The operations' paths, written down here again: the sandbox is to find out if the program's are wrong.
const (
	reclaimPath = "/v1/usg/dcs/corp/vmr/recycle-from-member/" // meeting_21_1105
	statusPath  = "/v1/usg/dcs/corp/member/status/"           // meeting_21_0072
)

// maxEntries is documented for rooms; for accounts no limit is, and 100 is that of the sibling calls.
const maxEntries = 100

// reclaim is DisassociateVmr (meeting_21_1105).
func (h *Handler) reclaim(account string, rooms []string) reply {
	dir := h.settings.Directory
	if !dir.hasAccount(account) {
		return reply{status: http.StatusBadRequest, code: "USG.201040000", message: "The user does not exist"}
	}
	// No code is documented for a room that somebody else holds; that of a room that does not
	// exist is a guess. A room that is free already may be reclaimed again.
	good, bad := divide(rooms, func(room string) bool { return dir.reclaimable(account, room) })
	rep := h.outcome(good, bad, "USG.201080000", "The cloud meeting room does not exist")
	dir.reclaim(rep.applied)
	return rep
}

// strayBody is the body of the 200 that the documents describe as empty, with a Content-Length of 143.
var strayBody = append(bytes.Repeat([]byte(" "), 141), "{}"...)

// setStatus is BatchUpdateUserStatus (meeting_21_0072).
func (h *Handler) setStatus(value string, accounts []string) reply {
	if value != "0" && value != "1" {
		return *malformed("the status is not 0 or 1")
	}
	dir := h.settings.Directory
	good, bad := divide(accounts, dir.hasAccount)
	rep := h.outcome(good, bad, "USG.201040000", "The user does not exist")
	dir.setStatus(rep.applied, value)
	if rep.status == http.StatusOK {
		rep.body = strayBody
	}
	return rep
}

func divide(entries []string, ok func(string) bool) (good, bad []string) {
	good = make([]string, 0, len(entries))
	for _, e := range entries {
		if ok(e) {
			good = append(good, e)
		} else {
			bad = append(bad, e)
		}
	}
	return good, bad
}

// outcome says what is applied, as the setting for bad entries has it; the error is that of a bad one.
func (h *Handler) outcome(good, bad []string, code, message string) reply {
	switch {
	case len(bad) == 0 || h.settings.BadEntry == Ignore:
		return reply{status: http.StatusOK, applied: good}
	case h.settings.BadEntry == Reject:
		good = nil
	}
	return reply{status: http.StatusBadRequest, code: code, message: message, applied: good}
}

// Directory is what exists in a simulated enterprise: accounts, their status, and the rooms they
// hold. A nil Directory knows every account and room that does not begin with "missing", and keeps
// nothing. It is safe for concurrent use.
type Directory struct {
	mu     sync.Mutex
	status map[string]string // by account
	holder map[string]string // by room; empty when the room is free
}

// ReadDirectory reads a CSV with the columns account, vmr_id and user_status, the last two of which
// may be missing or empty. An account can stand in several rows, one for each of its rooms.
func ReadDirectory(r io.Reader) (*Directory, error) {
	var rows []struct {
		Account string `csv:"account"`
		VMRID   string `csv:"vmr_id"`
		Status  string `csv:"user_status"`
	}
	if err := gocsv.Unmarshal(r, &rows); err != nil {
		return nil, err
	}
	d := &Directory{status: map[string]string{}, holder: map[string]string{}}
	for i, row := range rows {
		if row.Account == "" && row.VMRID == "" {
			return nil, fmt.Errorf("row %d has neither account nor vmr_id", i+1)
		}
		if other, held := d.holder[row.VMRID]; held && other != row.Account {
			return nil, fmt.Errorf("row %d: room %s is held by %q already", i+1, row.VMRID, other)
		}
		if row.Status != "" && row.Status != "0" && row.Status != "1" {
			return nil, fmt.Errorf("row %d: user_status is %q, not 0 or 1", i+1, row.Status)
		}
		if row.VMRID != "" {
			d.holder[row.VMRID] = row.Account
		}
		if row.Account == "" {
			continue // a free room
		}
		if row.Status != "" || d.status[row.Account] == "" {
			d.status[row.Account] = row.Status
		}
	}
	return d, nil
}

func exists(id string) bool { return !strings.HasPrefix(id, "missing") }

func (d *Directory) hasAccount(account string) bool {
	if d == nil {
		return exists(account)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	_, known := d.status[account]
	return known
}

func (d *Directory) reclaimable(account, room string) bool {
	if d == nil {
		return exists(room)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	holder, known := d.holder[room]
	return known && (holder == account || holder == "")
}

func (d *Directory) reclaim(rooms []string) {
	if d == nil {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, room := range rooms {
		d.holder[room] = ""
	}
}

func (d *Directory) setStatus(accounts []string, value string) {
	if d == nil {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, account := range accounts {
		d.status[account] = value
	}
}
