package job_test

import (
	"testing"

	"pgregory.net/rapid"

	"meetbatch/job"
)

// TestShardHas: in which shard an account is follows from its FNV-1a, 64 bits, as the authors of that have published it.
func TestShardHas(t *testing.T) {
	t.Parallel()
	for account, hash := range map[string]uint64{
		"a": 0xaf63dc4c8601ec8c, "b": 0xaf63df4c8601f1a5, "foo": 0xdcb27518fed9d577, "foobar": 0x85944171f73967e8, "chongo was here!\n": 0x46810940eff5f915,
	} {
		for _, n := range []int{1, 2, 3, 4, 7, 60, 999, 1000} {
			for k := 1; k <= n; k++ {
				if got, want := (job.Shard{K: k, N: n}).Has(account), hash%uint64(n)+1 == uint64(k); got != want {
					t.Errorf("shard %d/%d has %q: %t, want %t", k, n, account, got, want)
				}
			}
		}
		if !(job.Shard{}).Has(account) {
			t.Errorf("no shard at all lacks %q", account)
		}
	}
}

// TestShardsDivide: every account is in one shard, and a row without one in the first.
func TestShardsDivide(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		n, account := rapid.IntRange(1, job.MaxShards).Draw(t, "n"), rapid.String().Draw(t, "account")
		in := 0
		for k := 1; k <= n; k++ {
			s := job.Shard{K: k, N: n}
			if s.Has(account) {
				in++
			}
			if s.Has("") != (k == 1) {
				t.Fatalf("shard %s has a row without an account: %t", s, s.Has(""))
			}
		}
		if in != 1 {
			t.Fatalf("%q is in %d of %d shards", account, in, n)
		}
	})
}

// TestParseShard: a shard is written in one way.
func TestParseShard(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"1/1", "1/2", "2/2", "3/4", "1000/1000"} {
		if s, err := job.ParseShard(text); err != nil || s.String() != text {
			t.Errorf("ParseShard(%q) = %v, %v", text, s, err)
		}
	}
	for _, wrong := range []string{"", "/", "1", "1/", "/2", "0/0", "0/4", "5/4", "1/1001", "-1/4", "1/-4", "+1/4", "01/4", "1/04", " 1/4", "1/4 ", "1 / 4", "1/4/4", "a/b", "1.0/4", "0x1/4", "99999999999999999999/4"} {
		if s, err := job.ParseShard(wrong); err == nil {
			t.Errorf("ParseShard(%q) = %v", wrong, s)
		}
	}
}

func TestShardApart(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		a, b job.Shard
		want bool
	}{
		{job.Shard{K: 1, N: 4}, job.Shard{K: 2, N: 4}, true},
		{job.Shard{K: 1, N: 4}, job.Shard{K: 1, N: 4}, false},
		{job.Shard{K: 1, N: 4}, job.Shard{K: 2, N: 3}, false},
		{job.Shard{K: 1, N: 4}, job.Shard{}, false},
		{job.Shard{}, job.Shard{}, false},
	} {
		if got := test.a.Apart(test.b); got != test.want || test.b.Apart(test.a) != got {
			t.Errorf("%q and %q: %t", test.a, test.b, got)
		}
	}
}
