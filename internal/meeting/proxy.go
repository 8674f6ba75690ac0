package meeting

import (
	"cmp"
	"errors"
	"fmt"
	"net"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// CheckProxies refuses variables of the environment that name a proxy, or those who need none, and cannot be understood.
// net/http passes over them without a word, and would send everything past the proxy. The error names the variable and
// nothing of its value, which may hold a password. The warning is of a proxy that is not used; mostly it is empty.
func CheckProxies(variable func(name string) string) (warning string, err error) {
	both := func(name string) []string { return []string{name, strings.ToLower(name)} }
	for _, name := range slices.Concat(both("HTTPS_PROXY"), both("HTTP_PROXY"), both("ALL_PROXY")) {
		if value := variable(name); value != "" {
			if err := checkProxy(value); err != nil {
				return "", fmt.Errorf("the variable %s names no proxy: %w", name, err)
			}
		}
	}
	for _, name := range both("NO_PROXY") {
		if err := checkNoProxy(variable(name)); err != nil {
			return "", fmt.Errorf("the variable %s is no list of hosts with commas between: %w", name, err)
		}
	}
	used, unused := cmp.Or(variable("HTTPS_PROXY"), variable("https_proxy")), cmp.Or(variable("ALL_PROXY"), variable("all_proxy"))
	if used == "" && unused != "" {
		warning = "the proxy in ALL_PROXY is not used, and requests go out without one; one in HTTPS_PROXY is used"
	}
	return warning, nil
}

// checkProxy reads an address as net/http does, and wants no more of it than a proxy has. What is more may be a part of a
// password that was not escaped, and the host be another one than was meant.
func checkProxy(value string) error {
	u, err := url.Parse(value)
	if err != nil || u.Scheme == "" || u.Host == "" {
		u, err = url.Parse("http://" + value)
	}
	if err != nil {
		return errors.New("it is no URL such as http://proxy.example:3128 (in a password, characters such as % @ : / # are written %25 %40 %3A %2F %23)")
	}
	port, portErr := strconv.Atoi(cmp.Or(u.Port(), "1"))
	switch {
	case !slices.Contains([]string{"http", "https", "socks5", "socks5h"}, u.Scheme):
		return errors.New("its scheme is none of http, https, socks5 and socks5h")
	case strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "" || strings.Contains(u.Path, "//"):
		return errors.New("it has more than a scheme, a user, a host and a port (in a password, characters such as @ : / # ? are written %40 %3A %2F %23 %3F)")
	case u.Hostname() == "" || strings.ContainsAny(u.Hostname(), " \t%"):
		return errors.New("it has no host")
	case portErr != nil || port < 1 || port > 65535 || strings.HasSuffix(u.Host, ":"):
		return errors.New("its port is not between 1 and 65535")
	}
	return nil
}

// checkNoProxy finds what net/http would take for the name of a host that there cannot be.
func checkNoProxy(list string) error {
	for entry := range strings.SplitSeq(list, ",") {
		entry = strings.TrimSpace(entry)
		_, _, notCIDR := net.ParseCIDR(entry)
		switch {
		case strings.ContainsAny(entry, " \t\r\n;"):
			return errors.New("it has a blank or a semicolon")
		case strings.Contains(entry, "://"):
			return errors.New("it has a URL")
		case strings.Contains(entry, "/") && notCIDR != nil:
			return errors.New("it has a slash in what is no range of addresses such as 10.0.0.0/8")
		}
	}
	return nil
}
