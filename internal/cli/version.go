package cli

import (
	"fmt"
	"runtime"
	"runtime/debug"
)

// Version is the program's, and this the only place where it stands. A commit after a release is told by --version.
const Version = "1.0.0"

// versionText is what --version shows: the version, the commit that it was built from, where the build knows it, and the Go
// that built it.
func versionText() string {
	info, _ := debug.ReadBuildInfo()
	return "meetbatch " + Version + " (" + commit(info) + runtime.Version() + ")"
}

// commit tells the commit of a build, up to a comma; one from a tree that had changes says so. It is "" where the build does
// not know, as outside of a repository.
func commit(info *debug.BuildInfo) string {
	if info == nil {
		return ""
	}
	var revision, changed string
	for _, s := range info.Settings {
		switch {
		case s.Key == "vcs.revision" && len(s.Value) >= 12:
			revision = s.Value[:12]
		case s.Key == "vcs.modified" && s.Value == "true":
			changed = " with changes"
		}
	}
	if revision == "" {
		return ""
	}
	return fmt.Sprintf("commit %s%s, ", revision, changed)
}
