package sandbox

import (
	"fmt"
	"io"
	"strings"
	"sync"

	"github.com/gocarina/gocsv"
)

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
