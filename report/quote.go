package report

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// appendCell appends a cell of text as encoding/csv would write it: in quotes where it could be misread without them.
func appendCell(dst []byte, cell string) []byte {
	if !needsQuotes(cell) {
		return append(dst, cell...)
	}
	dst = append(dst, '"')
	for {
		before, after, found := strings.Cut(cell, `"`)
		dst = append(dst, before...)
		if !found {
			return append(dst, '"')
		}
		dst = append(dst, `""`...)
		cell = after
	}
}

// needsQuotes tells whether a cell has to stand in quotes. For nearly every cell the first loop knows it.
func needsQuotes(cell string) bool {
	for i := range len(cell) {
		if !plain[cell[i]] {
			return needsQuotesIndeed(cell)
		}
	}
	return false
}

// needsQuotesIndeed is the rule of encoding/csv, which keeps \. apart since a database takes it for the end of a table.
func needsQuotesIndeed(cell string) bool {
	first, _ := utf8.DecodeRuneInString(cell)
	return cell == `\.` || strings.ContainsAny(cell, ",\"\r\n") || unicode.IsSpace(first)
}

// plain holds for the bytes that need no quotes wherever in a cell they stand.
var plain = func() (is [256]bool) {
	for c := '!'; c <= '~'; c++ {
		is[c] = c != '"' && c != ',' && c != '\\'
	}
	return is
}()
