package words_test

import (
	"testing"
	"time"

	"meetbatch/internal/words"
)

func TestWords(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ got, want string }{
		{words.Number(1234567), "1,234,567"},
		{words.Rounded(1.6667), "1.67"},
		{words.Rounded(6750.4), "6,750"},
		{words.Plural(1, "row"), "1 row"},
		{words.Plural(0, "row"), "0 rows"},
		{words.Plural(2000, "row"), "2,000 rows"},
		{words.Listed(nil, "or"), ""},
		{words.Listed([]string{"a"}, "or"), "a"},
		{words.Listed([]string{"a", "b"}, "and"), "a and b"},
		{words.Listed([]string{"a", "b", "c"}, "or"), "a, b or c"},
		{words.Roughly(4*time.Hour + 11*time.Minute + 50*time.Second), "4h12m"},
		{words.Roughly(555*time.Hour + 29*time.Minute), "23d 3h"},
		{words.Roughly(47*time.Hour + 50*time.Minute), "2d 0h"},
		{words.Roughly(24*time.Hour - time.Second), "1d 0h"},
		{words.Roughly(24*time.Hour - time.Minute), "23h59m"},
		{words.Roughly(38400 * time.Millisecond), "38s"},
		{words.Roughly(1234 * time.Microsecond), "1ms"},
		{words.Shown("a\u00a0b 云\u3000c\\n"), "a\u00a0b 云\u3000c\\n"},
		{words.Shown("\x1b]0;x\a\r\n\x00\x7f\u009b"), `\x1b]0;x\a\r\n\x00\x7f\u009b`},
		{words.Shown("\u202ea\u200b\ufeff\u2028\xff\ufffd\U000e0041"), `\u202ea\u200b\ufeff\u2028\xff` + "\ufffd" + `\U000e0041`},
		{words.Name("a b"), "a b"},
		{words.Name("a\n\"b"), `"a\n\"b"`},
	} {
		if test.got != test.want {
			t.Errorf("%s, want %s", test.got, test.want)
		}
	}
}
