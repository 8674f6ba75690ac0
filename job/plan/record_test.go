package plan

import (
	"errors"
	"reflect"
	"slices"
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
		reasons := []string{"wrong", "too long"}
		it, err := unpackInvalid(record, reasons)
		return it, packInvalid(nil, it, slices.Index(reasons, it.Invalid)), err
	}},
	{"group", func(record string) (any, packed, error) {
		_, g, err := unpackGroup(record)
		return g, packGroup(nil, g), err
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
		r := job.Item{Line: line.Draw(t, "line"), Account: text.Draw(t, "account"), Value: text.Draw(t, "value")}
		e := job.Earlier{Account: r.Account, Value: r.Value, RequestID: text.Draw(t, "request"), At: rapid.Int64().Draw(t, "at")}
		entry := rapid.Custom(func(t *rapid.T) job.Entry {
			e := job.Entry{ID: text.Draw(t, "ID"), Line: line.Draw(t, "line")}
			for range rapid.IntRange(0, 3).Draw(t, "duplicates") {
				e.Duplicates = append(e.Duplicates, line.Draw(t, "line"))
			}
			return e
		})
		g := group{account: r.Account, entries: rapid.SliceOfN(entry, 1, 20).Draw(t, "entries")}
		s := skip{r.Account, g.entries[0], e.RequestID, e.Why, e.At}
		invalid := r
		invalid.Invalid, invalid.Detail = "too long", text.Draw(t, "detail")
		for i, test := range []struct {
			packed packed
			what   any
		}{
			{packRow(nil, r), r},
			{packEarlier(nil, e), e},
			{packInvalid(nil, invalid, 1), invalid},
			{packGroup(nil, g), g},
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
	f.Add([]byte(packRow(nil, job.Item{Line: 2, Account: "wei", Value: "blue"})))
	f.Add([]byte(packEarlier(nil, job.Earlier{Account: "wei", Value: "blue", RequestID: "7f", At: -1})))
	f.Add([]byte(packInvalid(nil, job.Item{Line: 2, Account: "wei", Value: "blue", Detail: "256 characters"}, 1)))
	f.Add([]byte(packGroup(nil, group{account: "wei", entries: []job.Entry{entry, {ID: "red", Line: 4}}})))
	f.Add([]byte(packSkip(nil, skip{"wei", entry, "7f", "it is so", 1})))
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
