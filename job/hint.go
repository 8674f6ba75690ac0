package job

import "errors"

// HintOf finds the hint of an error, which names what to try; mostly there is none.
func HintOf(err error) string {
	var h interface{ Hint() string }
	if err != nil && errors.As(err, &h) {
		return h.Hint()
	}
	return ""
}
