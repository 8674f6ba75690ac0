package meeting

import (
	"fmt"
	"net/netip"
	"net/url"
	"strings"
)

// Endpoint is the address of the service in a region, cn or intl (meeting_21_0202); of any other region it is empty.
func Endpoint(region string) string {
	switch region {
	case "cn":
		return "https://api.meeting.huaweicloud.com"
	case "intl":
		return "https://api-intl.meeting.huaweicloud.com"
	}
	return ""
}

// CheckEndpoint refuses an address that requests, and the token with them, must not be sent to. It
// returns the address without a trailing slash.
func CheckEndpoint(address string) (string, error) {
	shown := address
	if at := strings.LastIndex(address, "@"); at >= 0 {
		shown = "…" + address[at:] // what stands before may be a password
	}
	u, err := url.Parse(address)
	switch {
	case err != nil:
		return "", fmt.Errorf("endpoint %q is no URL", shown)
	case u.Scheme != "https" && u.Scheme != "http" || u.Hostname() == "":
		return "", fmt.Errorf("endpoint %q does not begin with https:// and a host", shown)
	case u.User != nil || u.RawQuery != "" || u.Fragment != "" || strings.Trim(u.Path, "/") != "":
		return "", fmt.Errorf("endpoint %q has more than a scheme and a host", shown)
	case u.Scheme == "http" && !loopback(u.Hostname()):
		return "", fmt.Errorf("endpoint %q is plain http to another machine", shown)
	}
	return u.Scheme + "://" + u.Host, nil
}

func loopback(host string) bool {
	if host == "localhost" {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.IsLoopback()
}
