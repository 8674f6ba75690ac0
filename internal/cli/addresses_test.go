package cli

import "testing"

// TestRecordable: of the URLs in a command line run.json gets scheme and host.
func TestRecordable(t *testing.T) {
	t.Parallel()
	for arg, want := range map[string]string{
		"rooms.csv":                              "rooms.csv",
		"--rate":                                 "--rate",
		"https://example.test":                   "https://example.test",
		"--endpoint=https://example.test:8443":   "--endpoint=https://example.test:8443",
		"--ping=https://hc.test/ping/s3cret":     "--ping=https://hc.test",
		"https://hc.test/?token=s3cret#s3cret":   "https://hc.test",
		"https://user:s3cret@hc.test/x":          "https://hc.test",
		"redis://:s3cret@redis.test:6379/0/key":  "redis://redis.test:6379",
		"redis://:s3cret/more@redis.test:6379/0": "redis://…",
		"redis://:12/s3cret@redis.test:6379/0":   "redis://…",
		"https://s3cret%zz@hc.test":              "https://…",
		"x=REDISS://a:s3cret@b c://s3cret":       "x=REDISS://…",
		"":                                       "",
	} {
		if got := recordable([]string{arg}); len(got) != 1 || got[0] != want {
			t.Errorf("recordable(%q) = %q, want %q", arg, got, want)
		}
	}
}
