package plan

import (
	"errors"
	"fmt"
	"math"
	"os"
	"slices"
	"strings"
	"testing"

	"meetbatch/job"
)

// TestList: the records of a list come back one by one, however long they are and wherever they stand.
func TestList(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := &spillFile{create: func() (Temp, error) { return os.CreateTemp(dir, "") }}
	defer file.close()
	var l list
	var want []string
	for i, n := range []int{3, 0, 8 << 10, 1, 8<<10 - 1, 8<<10 + 1, 100_000, 5, 127, 128} {
		record := strings.Repeat("x", n)
		want = append(want, record)
		l.add(packed(record))
		if i == 4 || i == 7 {
			if err := file.write(&l); err != nil {
				t.Fatal(err)
			}
		}
	}
	var got []string
	records := file.records(l)
	for records.Scan() {
		got = append(got, records.Text())
	}
	if err := records.Err(); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(got, want) {
		t.Errorf("%d records, want %d as they were added", len(got), len(want))
	}
}

// TestDamagedList: a length that cannot be is an error, and is not believed before that.
func TestDamagedList(t *testing.T) {
	t.Parallel()
	for _, bytes := range []string{
		"\x05abcd",             // longer than what follows
		"\x80",                 // without an end
		"\xff\xff\xff\xff\x7f", // 32 GiB
		"\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01",     // 2^64 - 1
		"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", // more than a number has
	} {
		records := new(spillFile).records(list{memory: packed("\x01a" + bytes)})
		for records.Scan() {
		}
		if err := records.Err(); !errors.Is(err, errDamaged) {
			t.Errorf("%q: error %v, want %v", bytes, err, errDamaged)
		}
	}
}

// TestDamagedFields: numbers are held against what they can be.
func TestDamagedFields(t *testing.T) {
	t.Parallel()
	big := appendNumber(nil, math.MinInt64)
	for name, read := range map[string]func(*fields){
		"a negative line":         func(f *fields) { f.number() },
		"a text without an end":   func(f *fields) { f.text() },
		"more things than follow": func(f *fields) { f.count(1) },
	} {
		f := fields{rest: string(big) + "abc"}
		if read(&f); !f.damaged {
			t.Errorf("%s is taken for what was written", name)
		}
	}
	f := fields{rest: strings.Repeat("\xff", 10) + "\x01"}
	if n := f.varint(math.MaxUint64); !f.damaged {
		t.Errorf("a number of 77 bits is taken for %d", n)
	}
	f = fields{rest: "\x02abcde"}
	if n := f.count(3); !f.damaged {
		t.Errorf("%d things of 3 bytes in 5", n)
	}
}

// TestDivide: a second hash divides accounts of which the first one is the same, also into a number of parts that
// divides the number of partitions.
func TestDivide(t *testing.T) {
	t.Parallel()
	p := New(Settings{Operation: job.Reclaim, Size: 1, Memory: 4096})
	first := &p.partitions[0]
	for i := int64(1); first.size() < 15*p.largePart(); i++ {
		it := job.Item{Line: i, Account: fmt.Sprint("account", i), Value: "room"}
		if &p.partitions[p.hash(it.Account)%partitionCount] == first {
			if err := errors.Join(p.Add(it), p.AddEarlier(job.Earlier{Account: it.Account, Value: "room"})); err != nil {
				t.Fatal(err)
			}
		}
	}
	parts, err := p.divide(*first, p.hash)
	if err != nil {
		t.Fatal(err)
	}
	if len(parts) != 16 {
		t.Fatalf("%d parts, want 16", len(parts))
	}
	all := int64(0)
	for i := range parts {
		if all += parts[i].size(); parts[i].size() > 2*p.largePart() {
			t.Errorf("a part of %d bytes, of a partition of %d", parts[i].size(), first.size())
		}
	}
	if all != first.size() {
		t.Errorf("%d bytes in %d parts, want %d", all, len(parts), first.size())
	}
}
