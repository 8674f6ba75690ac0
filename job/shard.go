package job

import (
	"fmt"
	"hash/fnv"
)

// MaxShards is into how many shards an input can be divided.
const MaxShards = 1000

// Shard is one of the parts into which the accounts of an input are divided: number K of N, from 1. The zero value is all of
// them. All rows of an account are in the same shard, and those without one in the first.
type Shard struct{ K, N int }

// ParseShard reads a shard as it stands on the command line: 2/4.
func ParseShard(s string) (Shard, error) {
	var shard Shard
	fmt.Sscanf(s, "%d/%d", &shard.K, &shard.N) // what cannot be read is not how the shard is written
	if shard.K < 1 || shard.K > shard.N || shard.N > MaxShards || shard.String() != s {
		return Shard{}, fmt.Errorf("%q is no shard K/N such as 2/4, with 1 <= K <= N <= %d", s, MaxShards)
	}
	return shard, nil
}

// String gives the shard as ParseShard reads it; that of the zero value is empty.
func (s Shard) String() string {
	if s == (Shard{}) {
		return ""
	}
	return fmt.Sprintf("%d/%d", s.K, s.N)
}

// MarshalText gives the shard as String does.
func (s Shard) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads a shard as ParseShard does.
func (s *Shard) UnmarshalText(text []byte) (err error) {
	*s, err = ParseShard(string(text))
	return err
}

// Has tells whether the rows of an account, as it is trimmed, are in the shard. FNV-1a decides, which every language has: so
// others can tell in which shard an account is.
func (s Shard) Has(account string) bool { return s.N == 0 || s.has(account) } // inlined, where there is no shard it costs nothing

func (s Shard) has(account string) bool {
	if account == "" {
		return s.K == 1
	}
	h := fnv.New64a()
	h.Write([]byte(account)) // which never fails
	return h.Sum64()%uint64(s.N)+1 == uint64(s.K)
}

// Apart tells whether two shards are others of the same number, so that no account is in both.
func (s Shard) Apart(other Shard) bool { return s.N == other.N && s.K != other.K }
