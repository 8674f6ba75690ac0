package tell

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"time"
)

// Ping is an address that is told of the start of a run, and of its success or failure, as healthchecks.io and many others
// take it. What is behind its host is a secret, and shows in no error.
type Ping struct {
	to   *url.URL
	http *http.Client
}

const (
	pingTime  = 5 * time.Second // for one try
	pingTries = 2
	pingBody  = 1 << 10 // bytes at most
)

// NewPing refuses what is no address of HTTP. The error does not repeat it.
func NewPing(address string) (*Ping, error) {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return nil, errors.New("not an address that begins with https:// or http:// and names a host")
	}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.DisableKeepAlives = true
	transport.Protocols = new(http.Protocols) // as internal/meeting: no part of this program speaks HTTP/2
	transport.Protocols.SetHTTP1(true)
	stay := func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &Ping{u, &http.Client{Timeout: pingTime, Transport: transport, CheckRedirect: stay}}, nil
}

// Start tells that a run begins.
func (p *Ping) Start(ctx context.Context) error {
	return p.send(ctx, http.MethodGet, p.to.JoinPath("start"), "")
}

// End tells how a run ended: that it succeeded when its exit code is 0, and else that it failed.
func (p *Ping) End(ctx context.Context, n News) error {
	to := p.to
	if n.ExitCode != 0 {
		to = p.to.JoinPath("fail")
	}
	return p.send(ctx, http.MethodPost, to, pingText(n))
}

// send tries twice.
func (p *Ping) send(ctx context.Context, method string, to *url.URL, body string) (err error) {
	for try := range pingTries {
		if try > 0 {
			select {
			case <-ctx.Done():
				return err
			case <-time.After(pingTime / 10):
			}
		}
		if err = p.try(ctx, method, to, body); err == nil {
			return nil
		}
	}
	return fmt.Errorf("could not ping %s://%s: %w", p.to.Scheme, p.to.Host, err)
}

func (p *Ping) try(ctx context.Context, method string, to *url.URL, body string) error {
	request, err := http.NewRequestWithContext(ctx, method, to.String(), strings.NewReader(body))
	if err != nil {
		return errors.New("no request can be made of it")
	}
	if body != "" {
		request.Header.Set("Content-Type", "text/plain; charset=utf-8")
	}
	answer, err := p.http.Do(request)
	if err != nil {
		return failure(err)
	}
	defer answer.Body.Close()
	io.Copy(io.Discard, io.LimitReader(answer.Body, 1<<16))
	if answer.StatusCode/100 != 2 {
		return fmt.Errorf("it answered %d", answer.StatusCode)
	}
	return nil
}

// failure words why there was no answer. What else an error holds may be the address, or that of a proxy with its password.
func failure(err error) error {
	var network *net.OpError
	var certificate *tls.CertificateVerificationError
	var timeout interface{ Timeout() bool }
	switch {
	case errors.As(err, &certificate):
		return certificate
	case errors.As(err, &timeout) && timeout.Timeout():
		return fmt.Errorf("no answer within %s", pingTime)
	case errors.As(err, &network):
		return network
	}
	return errors.New("no answer")
}

// pingText is what a ping says: nothing but numbers and words of this program and, where they have the form of one, error
// codes of the service.
func pingText(n News) string {
	var b strings.Builder
	fmt.Fprintf(&b, "command %s\nstate %s\nexit_code %d\n", n.Command, n.State, n.ExitCode)
	if n.Counts.Rows > 0 {
		fmt.Fprintf(&b, "rows %d\n", n.Counts.Rows)
		for _, f := range n.fates() {
			fmt.Fprintf(&b, "%s %d\n", f.status, f.rows)
		}
		fmt.Fprintf(&b, "requests %d\n", n.Requests)
	}
	other := int64(0)
	for _, f := range n.Failures {
		line := fmt.Sprintf("%s %s %d\n", f.Status, f.Code, f.Rows)
		if !codeForm().MatchString(f.Code) || b.Len()+len(line) > pingBody-64 { // with room for the others
			other += f.Rows
			continue
		}
		b.WriteString(line)
	}
	if other > 0 {
		fmt.Fprintf(&b, "other codes %d\n", other)
	}
	return b.String()
}

// codeForm is the form of the codes of the service and of this program; what else stands in place of one could be anything.
var codeForm = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[A-Z][A-Z_]{1,30}(\.[0-9]{1,12})?$`) })
