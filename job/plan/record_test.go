package plan

import (
	"errors"
	"reflect"
	"testing"

	"pgregory.net/rapid"

	"meetbatch/job"
)

// kinds are the kinds of packed records. Each unpacks a record, tells what was in it, and packs that again.
var kinds = []struct {
	name   string
	repack func(record string) (what any, again packed, err error)
}{
	{"row", func(record string) (any, packed, error) {
		r, err := unpackRow(record)
		return r, packRow(nil, r), err
	}},
	{"earlier", func(record string) (any, packed, error) {
		e, err := unpackEarlier(record)
		return e, packEarlier(nil, e), err
	}},
	{"invalid", func(record string) (any, packed, error) {
		rs := reasons{"wrong", "too long"}
		it, err := unpackInvalid(record, rs)
		return it, packInvalid(nil, row{it.Line, it.Account, it.Value}, rs.number(it.Invalid), it.Detail), err
	}},
	{"group", func(record string) (any, packed, error) {
		_, g, err := unpackGroup(record)
		return g, packGroup(nil, &g), err
	}},
	{"skip", func(record string) (any, packed, error) {
		s, err := unpackSkip(record)
		return s, packSkip(nil, s), err
	}},
}

// TestRecords: what is packed comes back, and a record that lacks its end or has something behind it is
// damaged.
func TestRecords(t *testing.T) {
	t.Parallel()
	line, text := rapid.Int64Min(0), rapid.String()
	rapid.Check(t, func(t *rapid.T) {
		r := row{line.Draw(t, "line"), text.Draw(t, "account"), text.Draw(t, "value")}
		e := job.Earlier{Account: r.account, Value: r.value, RequestID: text.Draw(t, "request"), At: rapid.Int64().Draw(t, "at")}
		entry := rapid.Custom(func(t *rapid.T) job.Entry {
			e := job.Entry{ID: text.Draw(t, "ID"), Line: line.Draw(t, "line")}
			for range rapid.IntRange(0, 3).Draw(t, "duplicates") {
				e.Duplicates = append(e.Duplicates, line.Draw(t, "line"))
			}
			return e
		})
		g := group{account: r.account, entries: rapid.SliceOfN(entry, 1, 20).Draw(t, "entries")}
		s := skip{r.account, g.entries[0], e.RequestID, e.At}
		detail := text.Draw(t, "detail")
		for i, test := range []struct {
			packed packed
			what   any
		}{
			{packRow(nil, r), r},
			{packEarlier(nil, e), e},
			{packInvalid(nil, r, 1, detail), job.Item{Line: r.line, Account: r.account, Value: r.value, Invalid: "too long", Detail: detail}},
			{packGroup(nil, &g), g},
			{packSkip(nil, s), s},
		} {
			record := string(test.packed)
			if what, _, err := kinds[i].repack(record); !reflect.DeepEqual(what, test.what) || err != nil {
				t.Fatalf("%s = %+v, %v, want %+v", kinds[i].name, what, err, test.what)
			}
			left := rapid.IntRange(0, len(record)-1).Draw(t, "left")
			for _, damaged := range []string{record[:left], record + "\x00"} {
				if what, _, err := kinds[i].repack(damaged); !errors.Is(err, errDamaged) {
					t.Fatalf("%s of %q = %+v, %v, want %v", kinds[i].name, damaged, what, err, errDamaged)
				}
			}
		}
	})
}

// FuzzUnpack: no bytes make a record panic, and those that are one are packed and unpacked to the same again.
func FuzzUnpack(f *testing.F) {
	entry := job.Entry{ID: "blue", Line: 2, Duplicates: []int64{5, 300}}
	f.Add([]byte(packRow(nil, row{2, "wei", "blue"})))
	f.Add([]byte(packEarlier(nil, job.Earlier{Account: "wei", Value: "blue", RequestID: "7f", At: -1})))
	f.Add([]byte(packInvalid(nil, row{2, "wei", "blue"}, 1, "256 characters")))
	f.Add([]byte(packGroup(nil, &group{account: "wei", entries: []job.Entry{entry, {ID: "red", Line: 4}}})))
	f.Add([]byte(packSkip(nil, skip{"wei", entry, "7f", 1})))
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, kind := range kinds {
			what, packed, err := kind.repack(string(data))
			if err != nil {
				continue
			}
			if again, _, err := kind.repack(string(packed)); !reflect.DeepEqual(again, what) || err != nil {
				t.Errorf("%s %q = %+v, and packed again %+v, %v", kind.name, data, what, again, err)
			}
		}
	})
}
