package main

import (
	"cmp"
	"encoding/csv"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
)

// directory is what the enterprise has: users with a status, and rooms with or without a holder.
type directory struct {
	closed bool              // nothing exists but what was read; otherwise everything but what begins with "missing"
	status map[string]string // of users: 0 normal, 1 disabled (meeting_21_0072)
	holder map[string]string // of rooms; empty where one is free
	held   map[string]int    // rooms of a user
}

func (d *directory) userExists(account string) bool {
	_, known := d.status[account]
	return known || !d.closed && !strings.HasPrefix(account, "missing")
}

func (d *directory) roomExists(room string) bool {
	_, known := d.holder[room]
	return known || !d.closed && !strings.HasPrefix(room, "missing")
}

// give makes an account the holder of a room, or nobody.
func (d *directory) give(room, account string) {
	if was := d.holder[room]; was != "" {
		d.held[was]--
	}
	d.holder[room] = account
	if account != "" {
		d.held[account]++
		d.setStatus(account, cmp.Or(d.status[account], "0"))
	}
}

func (d *directory) setStatus(account, status string) { d.status[account] = status }

// readDirectory reads a CSV with the columns account, vmr_id and user_status, in any order. Without a file,
// everything exists.
func readDirectory(path string) (directory, error) {
	d := directory{status: map[string]string{}, holder: map[string]string{}, held: map[string]int{}}
	if path == "" {
		return d, nil
	}
	d.closed = true
	f, err := os.Open(path)
	if err != nil {
		return d, err
	}
	defer f.Close()
	rows := csv.NewReader(f)
	header, err := rows.Read()
	if err != nil {
		return d, fmt.Errorf("%s: %w", path, err)
	}
	header[0] = strings.TrimPrefix(header[0], "\ufeff")
	for {
		row, err := rows.Read()
		if err == io.EOF {
			return d, nil
		}
		if err == nil {
			err = d.add(field(header, row, "account"), field(header, row, "vmr_id"), field(header, row, "user_status"))
		}
		if err != nil {
			line, _ := rows.FieldPos(0)
			return d, fmt.Errorf("%s:%d: %w", path, line, err)
		}
	}
}

func field(header, row []string, name string) string {
	if i := slices.Index(header, name); i >= 0 {
		return row[i]
	}
	return ""
}

// add takes one row into the state. A status that a later row leaves out stays as it was.
func (d *directory) add(account, room, status string) error {
	was, known := d.status[account]
	_, twice := d.holder[room]
	switch {
	case status != "" && status != "0" && status != "1":
		return fmt.Errorf("user_status is %q", status)
	case account == "" && room == "":
		return fmt.Errorf("neither account nor vmr_id")
	case room != "" && twice:
		return fmt.Errorf("room %s stands there twice", room)
	case account != "" && known && status != "" && status != was:
		return fmt.Errorf("account %s has two statuses", account)
	}
	if account != "" {
		d.setStatus(account, cmp.Or(status, was, "0"))
	}
	if room != "" {
		d.give(room, account)
	}
	return nil
}

// dump writes the state as readDirectory reads it: free rooms first, then the users in order.
func (d *directory) dump(path string) error {
	var rows [][]string
	for room, account := range d.holder {
		rows = append(rows, []string{account, room, d.status[account]})
	}
	for account, status := range d.status {
		if d.held[account] == 0 {
			rows = append(rows, []string{account, "", status})
		}
	}
	slices.SortFunc(rows, slices.Compare)
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer f.Close()
	w := csv.NewWriter(f)
	w.WriteAll(slices.Insert(rows, 0, []string{"account", "vmr_id", "user_status"}))
	if w.Error() != nil {
		return w.Error()
	}
	return f.Close()
}
