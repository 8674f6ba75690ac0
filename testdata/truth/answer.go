package main

import (
	"encoding/json"
	"io"
	"log"
	"maps"
	"net"
	"net/http"
	"strconv"
)

// answer is what a request gets. A status of 0 is none at all.
type answer struct {
	status  int
	code    string
	message string
	fields  any    // of a 200 that has a body
	page    string // HTML instead of JSON
	header  http.Header
	fault   string
}

// empty is the answer of a change: 200 without a body (meeting_21_0072, meeting_21_1105).
var empty = answer{status: http.StatusOK}

func gatewayError(status int, code, message string) answer {
	return answer{status: status, code: code, message: message}
}

// malformed is the answer to a request that is against the documents. They have no code of the service for it,
// so this is the gateway's (apig_03_0048).
func malformed() answer { return gatewayError(400, "APIG.0201", "Bad request") }

func (a answer) with(header http.Header) answer {
	if len(header) > 0 {
		h := maps.Clone(header)
		maps.Copy(h, a.header)
		a.header = h
	}
	return a
}

// content is the body: error_code and error_msg, and request_id in the service's errors as well as in the
// gateway's (API Explorer of UpdateMemberVmr).
func (a answer) content(id string) (mediaType string, body []byte) {
	switch {
	case a.page != "":
		return "text/html; charset=utf-8", []byte(a.page)
	case a.code != "":
		body, _ = json.Marshal(map[string]string{"error_code": a.code, "error_msg": a.message, "request_id": id})
	case a.fields != nil:
		body, _ = json.Marshal(a.fields)
	default:
		return "", nil
	}
	return "application/json", body
}

func (a answer) send(w http.ResponseWriter, r *http.Request, id string) {
	switch a.fault {
	case "hang":
		<-r.Context().Done() // the client has gone, or the service ends
		panic(http.ErrAbortHandler)
	case "reset":
		sever(w, "")
		return
	case "cut":
		if a.status == 0 {
			sever(w, "HTTP/1.1 200 OK\r\nServer: api-gateway\r\nX-Req")
			return
		}
	}
	h := w.Header()
	maps.Copy(h, a.header)
	h.Set("Server", "api-gateway")
	h.Set("X-Request-Id", id)
	mediaType, body := a.content(id)
	if mediaType != "" {
		h.Set("Content-Type", mediaType)
	}
	if a.fault == "cut" {
		h.Set("Content-Length", strconv.Itoa(len(body)+143))
		w.WriteHeader(a.status)
		w.Write(body[:len(body)/2])
		http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	}
	w.WriteHeader(a.status)
	w.Write(body)
}

// sever breaks the connection after so much of an answer, or without a word and with a reset.
func sever(w http.ResponseWriter, head string) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	defer conn.Close()
	if tcp, ok := conn.(*net.TCPConn); ok && head == "" {
		tcp.SetLinger(0)
	}
	io.WriteString(conn, head)
}

// line is what the log says of a request.
type line struct {
	Time      string   `json:"time"` // of its arrival
	Method    string   `json:"method"`
	Path      string   `json:"path"`
	Query     string   `json:"query,omitempty"`
	RequestID string   `json:"request_id"`
	Target    string   `json:"target,omitempty"`
	Entries   []string `json:"entries,omitempty"`
	Status    int      `json:"status"` // 0: no answer was given
	Code      string   `json:"code,omitempty"`
	Applied   []string `json:"applied,omitempty"`
	Fault     string   `json:"fault,omitempty"`
	Violation string   `json:"violation,omitempty"`
}

// nanoseconds is RFC 3339 with all nine digits, which sorts as text.
const nanoseconds = "2006-01-02T15:04:05.000000000Z07:00"

// record writes the line of a request, before anybody can learn of its answer.
func (s *service) record(q *request, a answer) {
	text, err := json.Marshal(line{
		Time: q.arrived.UTC().Format(nanoseconds), Method: q.Method, Path: q.URL.EscapedPath(), Query: q.URL.RawQuery,
		RequestID: q.id, Target: q.target, Entries: q.entries, Status: a.status, Code: a.code, Applied: q.applied,
		Fault: a.fault, Violation: q.violation(),
	})
	if err == nil {
		_, err = s.log.Write(append(text, '\n'))
	}
	if err != nil {
		log.Fatal("truth: without its log it proves nothing: ", err)
	}
}
