package cli

import (
	"os"
	"testing"
	"time"
)

// TestMain has all tests in one time zone, before anything runs that asks for it.
func TestMain(m *testing.M) {
	time.Local = time.UTC
	os.Exit(m.Run())
}
