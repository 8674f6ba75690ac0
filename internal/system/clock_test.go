package system

import (
	"os"
	"strconv"
	"strings"
	"testing"
	"time"
)

// TestSinceStart: the clock goes as fast as that of Go, and on Linux, which tells it in a file too, it is right.
func TestSinceStart(t *testing.T) {
	t.Parallel()
	begun := time.Now()
	before, err := SinceStart()
	if err != nil || before <= 0 {
		t.Fatalf("%v, %v", before, err)
	}
	time.Sleep(100 * time.Millisecond)
	after, err := SinceStart()
	if off := after - before - time.Since(begun); err != nil || off.Abs() > 50*time.Millisecond {
		t.Errorf("from %v to %v in %v: %v", before, after, time.Since(begun), err)
	}
	told, err := os.ReadFile("/proc/uptime")
	if err != nil {
		t.Skip("the system tells its age nowhere else")
	}
	seconds, _, _ := strings.Cut(string(told), " ")
	age, err := strconv.ParseFloat(seconds, 64)
	if off := age - after.Seconds(); err != nil || off < -1 || off > 10 {
		t.Errorf("%v, but %s", after, told)
	}
}
