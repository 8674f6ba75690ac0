package sandbox

import (
	"bytes"
	"cmp"
	"net/http"
	"slices"
)

// operations has what each operation does, by its method and its path up to the target. They are written down here
// again: the sandbox is to find out if the program's are wrong. An operation finds its target and entries in the line
// of the log, and notes there what it applied.
var operations = map[string]func(*Handler, *Line) *reply{
	"POST /v1/usg/dcs/corp/vmr/recycle-from-member/": (*Handler).reclaim,   // DisassociateVmr, meeting_21_1105
	"POST /v1/usg/dcs/corp/vmr/assign-to-member/":    (*Handler).assign,    // AssociateVmr, meeting_21_1104
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
	dir := h.now
	account := dir.meeting(line.Target, line.third)
	if refused := h.refusesAccount(dir, account); refused != nil {
		return refused
	}
	return h.apply(line, "", noRoom,
		func(room string) bool { // a free one may be reclaimed again, unless repeats are refused
			return dir.hasRoom(room, account, "") && !h.isSo(room, "", !dir.open && dir.holder(room) == "")
		},
		func(dir *Directory, room string) { dir.give(room, "") })
}

// refusesAccount finds the reply to whatever is asked for an account that does not exist or is barred, or nil.
func (h *Handler) refusesAccount(dir *Directory, account string) *reply {
	if !dir.hasAccount(account) {
		return noUser
	}
	return h.bars(account)
}

// strayBody is the body of the 200 that the documents describe as empty, with a Content-Length of 143.
var strayBody = append(bytes.Repeat([]byte(" "), 141), "{}"...)

func (h *Handler) setStatus(line *Line) *reply {
	if line.Target != "0" && line.Target != "1" {
		return malformed("the status is not 0 or 1")
	}
	dir := h.now
	refusal := noUser
	for _, entry := range line.Entries {
		refusal = cmp.Or(h.bars(dir.meeting(entry, line.third)), refusal)
	}
	rep := h.apply(line, line.Target, refusal, func(entry string) bool {
		account := dir.meeting(entry, line.third)
		return dir.hasAccount(account) && h.bars(account) == nil && !h.isSo(entry, line.Target, !dir.open && dir.status(account) == line.Target)
	}, func(dir *Directory, entry string) { dir.setStatus(dir.meeting(entry, line.third), line.Target) })
	if rep == done {
		return &reply{status: http.StatusOK, body: strayBody}
	}
	return rep
}

// apply carries out a line's good entries, as far as the setting for bad ones allows it, and writes them into the
// directory; wanted is what they become. A bad entry is answered with the refusal.
func (h *Handler) apply(line *Line, wanted string, refusal *reply, good func(entry string) bool, write func(dir *Directory, entry string)) *reply {
	applied := slices.DeleteFunc(slices.Clone(line.Entries), func(entry string) bool { return !good(entry) })
	anyBad := len(applied) < len(line.Entries)
	if anyBad && h.settings.BadEntry == Reject {
		return refusal
	}
	line.Applied = applied
	for _, entry := range applied {
		h.note(entry, wanted)
		h.change(func(dir *Directory) { write(dir, entry) })
	}
	if anyBad && h.settings.BadEntry != Ignore {
		return refusal
	}
	return done
}
