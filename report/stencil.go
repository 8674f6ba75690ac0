package report

// A stencil is a row of which most cells are filled in. An outcome settles up to a hundred rows that differ in their
// own columns alone: what they share is turned into text once, and copied for each of them. A stencil is used again
// and again, so that nothing is allocated for a row.
type stencil[R any] struct {
	shared []byte // the text of the row, without that of its own cells
	gaps   []gap[R]
}

// A gap is where in the shared text a cell of the row's own has its place.
type gap[R any] struct {
	at     int
	append func(dst []byte, r *R) []byte
}

// cut makes the stencil of rows of a table that share all but their own cells with r.
func (s *stencil[R]) cut(t table[R], r *R) {
	s.shared, s.gaps = s.shared[:0], s.gaps[:0]
	for i := range t.columns {
		if i > 0 {
			s.shared = append(s.shared, ',')
		}
		if c := &t.columns[i]; c.own {
			s.gaps = append(s.gaps, gap[R]{len(s.shared), c.append})
		} else {
			s.shared = c.append(s.shared, r)
		}
	}
	s.shared = append(s.shared, '\n')
}

// append appends a row, of which only the own cells are looked at.
func (s *stencil[R]) append(dst []byte, r *R) []byte {
	from := 0
	for i := range s.gaps {
		g := &s.gaps[i]
		dst = append(dst, s.shared[from:g.at]...)
		dst = g.append(dst, r)
		from = g.at
	}
	return append(dst, s.shared[from:]...)
}
