package system

import "testing"

// TestMark: whoever is at the same thing is noticed, also by the third, when the first is gone.
func TestMark(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	t.Setenv("TMP", t.TempDir())
	others, first := Mark("a")
	if others {
		t.Error("the first has company")
	}
	if others, release := Mark("b"); others {
		t.Error("another thing is the same")
	} else {
		release()
	}
	others, second := Mark("a")
	if !others {
		t.Error("the second does not notice the first")
	}
	first()
	others, third := Mark("a")
	if !others {
		t.Error("the third does not notice the second")
	}
	second()
	third()
	if others, release := Mark("a"); others {
		t.Error("somebody is there still")
	} else {
		release()
	}
}
