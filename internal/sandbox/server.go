package sandbox

import (
	"context"
	"errors"
	"net"
	"net/http"
	"time"
)

// Server serves a handler on a loopback address.
type Server struct {
	URL  string // http://127.0.0.1:8080
	http *http.Server
	done chan error
}

// Start serves a handler at an address, host:port; port 0 takes a free one. The address must be a
// loopback one: the sandbox knows no secrets and keeps none.
func Start(h http.Handler, addr string) (*Server, error) {
	tcp, err := net.ResolveTCPAddr("tcp", addr)
	if err != nil {
		return nil, err
	}
	if !tcp.IP.IsLoopback() {
		return nil, errors.New("the sandbox listens on loopback addresses only, such as 127.0.0.1:8080")
	}
	l, err := net.ListenTCP("tcp", tcp)
	if err != nil {
		return nil, err
	}
	s := &Server{
		URL:  "http://" + l.Addr().String(),
		http: &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second},
		done: make(chan error, 1),
	}
	go func() { s.done <- s.http.Serve(l) }()
	return s, nil
}

// Abort ends all at once, whoever waits for an answer.
func (s *Server) Abort() error {
	err := s.http.Close()
	<-s.done
	return err
}

// Close stops listening, lets requests under way end for a moment, and returns when all is over.
func (s *Server) Close() (err error) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	if err = s.http.Shutdown(ctx); err != nil {
		err = s.http.Close()
	}
	<-s.done
	return err
}
