package system

// SyncDir does nothing: Windows writes the names in a directory down with the files, and lets no program flush a
// directory.
func SyncDir(path string) error { return nil }
