package cli

import (
	"runtime/debug"
	"testing"
)

func TestCommit(t *testing.T) {
	t.Parallel()
	revision := debug.BuildSetting{Key: "vcs.revision", Value: "0123456789abcdef0123456789abcdef01234567"}
	for _, test := range []struct {
		settings []debug.BuildSetting
		want     string
	}{
		{nil, ""},
		{[]debug.BuildSetting{{Key: "vcs.modified", Value: "true"}}, ""},
		{[]debug.BuildSetting{revision, {Key: "vcs.modified", Value: "false"}}, "commit 0123456789ab, "},
		{[]debug.BuildSetting{revision, {Key: "vcs.modified", Value: "true"}}, "commit 0123456789ab with changes, "},
	} {
		if got := commit(&debug.BuildInfo{Settings: test.settings}); got != test.want {
			t.Errorf("%v: %q, want %q", test.settings, got, test.want)
		}
	}
	if got := commit(nil); got != "" {
		t.Errorf("without a build's words: %q", got)
	}
}
