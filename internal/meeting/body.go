package meeting

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/json"
	"io"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"golang.org/x/text/encoding/unicode"

	"meetbatch/job"
)

// readBody reads the body of an answer, at most so many bytes and one more. Blanks before it are left out, so that nothing
// hides behind them; UTF-16 becomes UTF-8.
func readBody(from io.Reader, most int) (body []byte, err error) {
	in := bufio.NewReaderSize(from, 512) // which holds nearly every answer to a request of a job
	for {
		c, err := in.ReadByte()
		if err == io.EOF {
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		if !bytes.ContainsRune([]byte(" \t\r\n"), rune(c)) {
			break
		}
	}
	in.UnreadByte()
	body, err = io.ReadAll(io.LimitReader(in, int64(most)+1))
	if len(body) > 1 && (body[0] == 0) != (body[1] == 0) || bytes.HasPrefix(body, []byte("\xff\xfe")) || bytes.HasPrefix(body, []byte("\xfe\xff")) {
		order := unicode.LittleEndian
		if body[0] == 0 {
			order = unicode.BigEndian
		}
		if text, err := unicode.UTF16(order, unicode.UseBOM).NewDecoder().Bytes(body); err == nil {
			body = text
		}
	}
	return body, err
}

// saying is what a body says of an error.
type saying struct {
	code, message, other string // other is a message that only means something where there is an error
	wrong                bool   // it says that there is one
}

// takeError takes an error from the body of a 2xx. The documents allow one any body, and most hold nothing. What is JSON
// and names no error is as good as nothing; what is a text, or longer than anything documented, is not the service's. Of
// JSON that broke off nobody knows what it was to say, unless it names an error already.
func (c *Client) takeError(answer *job.Answer, r *reply) {
	text := r.text()
	if len(text) == 0 || r.page {
		return
	}
	var said saying
	var value any
	switch err := json.Unmarshal(text, &value); {
	case err == nil && !strings.Contains(r.media(), "script"):
		said.look(value, true, false)
	case r.brokeOff != nil || len(r.body) > maxBody:
		said.search(text)
		said.wrong = said.wrong || len(r.body) > maxBody
		r.cut = said == (saying{}) && unended(text)
	default:
		said.wrong = true
	}
	if said.code != "" || said.wrong {
		said.message = cmp.Or(said.message, said.other)
	}
	if said.wrong && said.code == "" && said.message == "" {
		said.message = string(text)
	}
	answer.Code, answer.Message = c.clean(said.code, 64), c.clean(said.message, 500)
}

// unended tells whether a text holds, or ends with, a JSON object or array whose end is missing.
func unended(text []byte) bool {
	values := json.NewDecoder(bytes.NewReader(text))
	for {
		rest := bytes.TrimLeft(text[values.InputOffset():], " \t\r\n")
		var value json.RawMessage
		if err := values.Decode(&value); err != nil {
			return bytes.HasPrefix(rest, []byte("{")) || bytes.HasPrefix(rest, []byte("["))
		}
	}
}

// look goes through a value for what names an error, in the documented form, in that of the older service (returnCode,
// returnMessage; api-reading, section 5), as the Go SDK knows it, and as servers, frameworks and gateways at large do.
// The top is the body itself; inside is what stands under the name of an error.
func (s *saying) look(value any, top, inside bool) {
	switch v := value.(type) {
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(v)) {
			s.member(plainName(name), v[name], top, inside)
		}
	case []any:
		for _, element := range v {
			s.look(element, false, inside)
		}
	case string:
		if (top || inside) && !isSuccess(v) {
			s.wrong, s.other = true, cmp.Or(s.other, v)
		}
	case bool:
		s.wrong = s.wrong || top && !v
	}
}

// plainName is a member's name as it is compared: error_code and errorCode are the same.
func plainName(name string) string {
	return strings.NewReplacer("_", "", "-", "", ".", "").Replace(strings.ToLower(name))
}

func (s *saying) member(name string, value any, top, inside bool) {
	word := wordOf(value)
	switch name {
	case "errorcode", "errcode", "errorno", "errno", "errornumber", "returncode", "retcode", "ret", "resultcode", "rescode", "respcode", "responsecode", "faultcode":
		if word != "" && !isSuccess(word) {
			s.code = cmp.Or(s.code, word)
			return
		}
	case "code":
		if a := (job.Answer{Code: word}); word != "" && !isSuccess(word) && (inside || a.IsOwn() || a.IsGateways()) {
			s.code = cmp.Or(s.code, word)
			return
		}
	case "errormsg", "errmsg", "errormessage":
		if word != "" && !isSuccess(word) {
			s.message = cmp.Or(s.message, word)
		}
	case "message", "msg", "returnmessage", "errordescription", "resultdesc", "desc", "description", "detail", "reason":
		if word != "" && !isSuccess(word) {
			s.other = cmp.Or(s.other, word)
		}
		return
	case "error", "errors", "fault", "exception":
		s.named(value, word)
		return
	case "success", "succeeded", "ok":
		s.wrong = s.wrong || (top || inside) && slices.Contains([]string{"false", "fail", "failed"}, strings.ToLower(word))
	case "status", "statuscode", "httpstatus", "httpcode", "result", "state":
		number, _ := strconv.Atoi(word)
		s.wrong = s.wrong || top && (number >= 400 && number < 600 || slices.Contains([]string{"error", "fail", "failed", "failure", "denied"}, strings.ToLower(word)))
	}
	if word == "" {
		s.look(value, false, inside)
	}
}

// named takes what stands under the name of an error: a word, or more that is not empty.
func (s *saying) named(value any, word string) {
	switch v := value.(type) {
	case map[string]any:
		s.wrong = s.wrong || len(v) > 0
		s.look(v, false, true)
	case []any:
		s.wrong = s.wrong || len(v) > 0
		s.look(v, false, true)
	case nil:
	default:
		if word == "" || word == "false" || isSuccess(word) {
			return
		}
		s.wrong = true
		if !strings.Contains(word, " ") {
			s.code = cmp.Or(s.code, word)
		} else {
			s.message = cmp.Or(s.message, word)
		}
	}
}

// wordOf gives a value that is no list of others as a word.
func wordOf(value any) string {
	switch v := value.(type) {
	case string:
		return strings.TrimSpace(v)
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	case bool:
		return strconv.FormatBool(v)
	}
	return ""
}

// member finds a member of a body that broke off. Of one whose own end is missing nobody knows what it was to say.
var member = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`"((?:[^"\\]|\\.)*)"\s*:\s*(?:"((?:[^"\\]|\\.)*)"|(-?[0-9]+|false|true)\s*[,}\]])`)
})

// search goes through as much of a body as there is.
func (s *saying) search(text []byte) {
	for _, m := range member().FindAllSubmatch(text, -1) {
		name, value := unquoted(m[1]), unquoted(m[2])
		s.member(plainName(name), cmp.Or(value, string(m[3])), true, false)
	}
}

func unquoted(text []byte) (s string) {
	if json.Unmarshal(slices.Concat([]byte(`"`), text, []byte(`"`)), &s) != nil {
		return string(text)
	}
	return s
}
