package meeting

import (
	"encoding/json"
	"errors"
)

// page is one page of a list. Keys are what tells the rows apart.
type page[T any] struct {
	count int // of the whole list; -1: not said, or no number of rows
	limit int // rows a page, as the service says it; 0: it does not
	rows  []T
	keys  []string
}

var (
	errNoList = errors.New("an answer is no list")
	errNoKey  = errors.New("it gives a row without an id")
)

// parsePage reads a page. Members that it does not know are ignored; a list that is absent is empty.
func parsePage[W, T any](body []byte, convert func(W) (T, string)) (p page[T], err error) {
	var w struct {
		Count whole `json:"count"`
		Limit whole `json:"limit"`
		Data  []W   `json:"data"`
	}
	if len(body) == 0 || body[0] != '{' || json.Unmarshal(body, &w) != nil {
		return p, errNoList
	}
	p.count, p.limit = max(w.Count.or(-1), -1), max(w.Limit.or(0), 0)
	p.rows, p.keys = make([]T, len(w.Data)), make([]string, len(w.Data))
	for i := range w.Data {
		if p.rows[i], p.keys[i] = convert(w.Data[i]); p.keys[i] == "" {
			return p, errNoKey
		}
	}
	return p, nil
}
