package sandbox

// maxRooms is how many cloud rooms an account holds at most (meeting_21_1104).
const maxRooms = 32

// assign gives rooms to an account. That a room which somebody else holds, and one beyond those that an account can hold,
// are refused as a room that does not exist is a guess: no code is documented for either.
func (h *Handler) assign(line *Line) *reply {
	dir := h.now
	account := dir.meeting(line.Target, line.third)
	if refused := h.refusesAccount(dir, account); refused != nil {
		return refused
	}
	given := 0 // by this request
	return h.apply(line, line.Target, noRoom, func(room string) bool {
		has := dir.holder(room) == account // such a room may be given again, unless repeats are refused
		good := dir.hasRoom(room, account, "") && !h.isSo(room, line.Target, !dir.open && has)
		if good && !has && !dir.open {
			given++
			good = dir.held(account)+given <= maxRooms
		}
		return good
	}, func(dir *Directory, room string) { dir.give(room, account) })
}
