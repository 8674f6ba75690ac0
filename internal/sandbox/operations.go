package sandbox

import (
	"bufio"
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"unicode"

	"github.com/gocarina/gocsv"
)

// operations has what each operation does, by its method and its path up to the target. They are written down here
// again: the sandbox is to find out if the program's are wrong. An operation finds its target and entries in the line
// of the log, and notes there what it applied.
var operations = map[string]func(*Handler, *Line) *reply{
	"POST /v1/usg/dcs/corp/vmr/recycle-from-member/": (*Handler).reclaim,   // DisassociateVmr, meeting_21_1105
	"PUT /v1/usg/dcs/corp/member/status/":            (*Handler).setStatus, // BatchUpdateUserStatus, meeting_21_0072
}

// maxEntries is documented for rooms; for accounts no limit is, and 100 is that of the sibling calls.
const maxEntries = 100

var (
	noUser = refuse(http.StatusBadRequest, "USG.201040000", "The user does not exist")

	// noRoom also stands for a room that somebody else holds, which is a guess: no code is documented for that.
	noRoom = refuse(http.StatusBadRequest, "USG.201080000", "The cloud meeting room does not exist")
)

func (h *Handler) reclaim(line *Line) *reply {
	dir := h.settings.Directory
	if !dir.hasAccount(line.Target) {
		return noUser
	}
	if barred := h.bars(line.Target); barred != nil {
		return barred
	}
	return h.apply(line, "", noRoom,
		func(room string) bool { // a free one may be reclaimed again, unless repeats are refused
			return dir.hasRoom(room, line.Target, "") && !h.isSo(room, "", dir != nil && dir.holder[room] == "")
		},
		func(room string) { dir.holder[room] = "" })
}

// strayBody is the body of the 200 that the documents describe as empty, with a Content-Length of 143.
var strayBody = append(bytes.Repeat([]byte(" "), 141), "{}"...)

func (h *Handler) setStatus(line *Line) *reply {
	if line.Target != "0" && line.Target != "1" {
		return malformed("the status is not 0 or 1")
	}
	dir := h.settings.Directory
	refusal := noUser
	for _, account := range line.Entries {
		refusal = cmp.Or(h.bars(account), refusal)
	}
	rep := h.apply(line, line.Target, refusal, func(account string) bool {
		return dir.hasAccount(account) && h.bars(account) == nil && !h.isSo(account, line.Target, dir != nil && dir.status[account] == line.Target)
	}, func(account string) { dir.status[account] = line.Target })
	if rep == done {
		return &reply{status: http.StatusOK, body: strayBody}
	}
	return rep
}

// apply carries out a line's good entries, as far as the setting for bad ones allows it, and writes them into the
// directory, if there is one; wanted is what they become. A bad entry is answered with the refusal.
func (h *Handler) apply(line *Line, wanted string, refusal *reply, good func(entry string) bool, write func(entry string)) *reply {
	applied := slices.DeleteFunc(slices.Clone(line.Entries), func(entry string) bool { return !good(entry) })
	anyBad := len(applied) < len(line.Entries)
	if anyBad && h.settings.BadEntry == Reject {
		return refusal
	}
	line.Applied = applied
	for _, entry := range applied {
		h.note(entry, wanted)
		if h.settings.Directory != nil {
			write(entry)
		}
	}
	if anyBad && h.settings.BadEntry != Ignore {
		return refusal
	}
	return done
}

// Directory is what exists in a simulated enterprise: accounts, their status, and the rooms they
// hold. A nil Directory knows every account and room that does not begin with "missing", and keeps
// nothing. It is for one Handler alone.
type Directory struct {
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
	text := bufio.NewReader(r)
	if mark, _ := text.Peek(3); string(mark) == "\ufeff" {
		text.Discard(len(mark))
	}
	header, _ := text.Peek(text.Size())
	line, _, _ := strings.Cut(string(header), "\n")
	columns := strings.FieldsFunc(line, func(c rune) bool { return c == ',' || c == '"' || unicode.IsSpace(c) })
	if !slices.Contains(columns, "account") && !slices.Contains(columns, "vmr_id") {
		return nil, errors.New("the first line names no column account and none vmr_id, with commas between")
	}
	if err := gocsv.Unmarshal(text, &rows); err != nil {
		return nil, err
	}
	d := &Directory{status: map[string]string{}, holder: map[string]string{}}
	for i, row := range rows {
		other, held := d.holder[row.VMRID]
		switch row.Status {
		case "normal":
			row.Status = "0"
		case "disabled":
			row.Status = "1"
		}
		switch {
		case row.Account == "" && row.VMRID == "":
			return nil, fmt.Errorf("row %d has neither account nor vmr_id", i+1)
		case held && other != row.Account:
			return nil, fmt.Errorf("row %d: room %s is held by %q already", i+1, row.VMRID, other)
		case row.Status != "" && row.Status != "0" && row.Status != "1":
			return nil, fmt.Errorf("row %d: user_status is %q, not 0 (normal) or 1 (disabled)", i+1, row.Status)
		}
		if row.VMRID != "" {
			d.holder[row.VMRID] = row.Account
		}
		if row.Account != "" && (row.Status != "" || d.status[row.Account] == "") {
			d.status[row.Account] = row.Status
		}
	}
	return d, nil
}

func (d *Directory) hasAccount(account string) bool {
	if d == nil {
		return exists(account)
	}
	_, known := d.status[account]
	return known
}

// hasRoom tells whether there is a room that one of the given holders has; a holder that is empty is none.
func (d *Directory) hasRoom(room string, holders ...string) bool {
	if d == nil {
		return exists(room)
	}
	holder, known := d.holder[room]
	return known && slices.Contains(holders, holder)
}

func exists(id string) bool { return !strings.HasPrefix(id, "missing") }
