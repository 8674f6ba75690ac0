package meeting

import (
	"cmp"
	"encoding/json"
	"net/http"
	"strings"
	"unicode"

	"meetbatch/job"
)

// answerOf reads an answer. The documented form of an error is {"error_code","error_msg"}; the Go SDK
// also knows code and message. What is neither is kept as the message, cut short.
func answerOf(resp *http.Response, body []byte) job.Answer {
	answer := job.Answer{
		HTTPStatus:      resp.StatusCode,
		ServerRequestID: resp.Header.Get("X-Request-Id"),
	}
	if resp.StatusCode >= 200 && resp.StatusCode < 300 {
		return answer // a body here means nothing (meeting_21_0072: "None", with a length of 143)
	}
	var e struct {
		ErrorCode string `json:"error_code"`
		ErrorMsg  string `json:"error_msg"`
		Code      string `json:"code"`
		Message   string `json:"message"`
		RequestID string `json:"request_id"` // from the gateway
	}
	if json.Unmarshal(body, &e) != nil || e.ErrorCode == "" && e.Code == "" && e.ErrorMsg == "" && e.Message == "" {
		e.ErrorMsg = string(body)
		if e.ErrorMsg == "" {
			e.ErrorMsg = http.StatusText(resp.StatusCode)
		}
	}
	answer.Code = oneLine(cmp.Or(e.ErrorCode, e.Code), 64)
	answer.Message = oneLine(cmp.Or(e.ErrorMsg, e.Message), 500)
	answer.ServerRequestID = oneLine(cmp.Or(answer.ServerRequestID, e.RequestID), 128)
	return answer
}

// oneLine makes foreign text fit for a cell and a terminal: no control characters, blanks folded, at
// most limit characters.
func oneLine(s string, limit int) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == unicode.ReplacementChar {
			return ' '
		}
		return r
	}, s)
	runes := []rune(strings.Join(strings.Fields(s), " "))
	if len(runes) > limit {
		return string(runes[:limit-1]) + "…"
	}
	return string(runes)
}
