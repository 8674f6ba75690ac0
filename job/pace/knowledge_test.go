package pace

import (
	"math"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
	"time"
	"unsafe"

	"meetbatch/job"
)

// fill gives every field of a value a value of chance, however deep it lies.
func fill(v reflect.Value, chance *rand.Rand) {
	v = reflect.NewAt(v.Type(), unsafe.Pointer(v.UnsafeAddr())).Elem()
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			fill(v.Field(i), chance)
		}
	case reflect.Array:
		for i := range v.Len() {
			fill(v.Index(i), chance)
		}
	case reflect.Float64:
		v.SetFloat(math.Copysign(chance.ExpFloat64(), chance.Float64()-0.3))
	case reflect.Int:
		v.SetInt(chance.Int64N(1000))
	case reflect.Bool:
		v.SetBool(chance.IntN(2) == 1)
	default:
		panic(v.Kind())
	}
}

// TestPackHoldsEverything brings a search with a value in each of its fields from one governor to another: a field that is
// added must be packed too.
func TestPackHoldsEverything(t *testing.T) {
	chance := rand.New(rand.NewPCG(1, 2))
	for range 20 {
		g, h := newGovernor(job.AutoRate, time.Now()), newGovernor(job.AutoRate, time.Now())
		fill(reflect.ValueOf(g.search).Elem(), chance)
		if err := h.unpack(g.pack()); err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(g.search, h.search) || g.states != h.states {
			t.Fatalf("%+v\n%+v", g.search, h.search)
		}
	}
}

// FuzzUnpack lets no text, whoever wrote it, end the process.
func FuzzUnpack(f *testing.F) {
	g := newGovernor(job.AutoRate, time.Now())
	f.Add(g.pack())
	f.Add(g.pack()[:100])
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, text []byte) {
		g := newGovernor(job.AutoRate, time.Unix(0, 0))
		g.began = time.Unix(0, 0)
		if g.unpack(text) == nil {
			g.search.accepted(1, 2)
			g.search.refused(2, 3)
			g.interval(4 * time.Second)
		}
	})
}

// noBudget is one of which only the name is asked.
type noBudget struct{ Budget }

func (noBudget) Name() string { return "none" }

// FuzzRecord lets no record, whoever wrote it, end the process, or let requests out closer together than the rate.
func FuzzRecord(f *testing.F) {
	settings := Settings{Rate: job.Rate{Requests: 10, Per: time.Second}, Quotas: []job.Rate{{Requests: 100, Per: time.Hour}}, Budget: noBudget{}, Of: "x", Notify: func(string) {}}
	at := moments{time.Now(), time.Hour}
	fresh := newShare(settings)
	r, g, _ := fresh.read(nil, at)
	r.Members["a"] = member{time.Hour, 3}
	r.reserve(time.Hour, time.Second)
	r.learn(g)
	text, _ := r.write()
	f.Add(text)
	f.Add([]byte(strings.Replace(string(text), `"newest":1`, `"newest":-9223372036854775808`, 1)))
	f.Add([]byte(strings.Replace(string(text), `"found"`, `"stated":[{"name":"api","limit":0,"window":0}],"found"`, 1)))
	f.Add([]byte(`{"version":3,"of":"x","rate":"10/1s,100/1h","used":[{"rate":"100/1h","newest":-9223372036854775808,"counts":[-1,9223372036854775807]}]}`))
	f.Add([]byte(`{"version":3,"of":"x","rate":"10/1s,100/1h","next":9223372036854775807,"hold":-9223372036854775808,"members":{"a":[9223372036854775807,1]}}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		s := newShare(settings)
		r, g, err := s.read(text, at)
		if err != nil {
			return
		}
		one, used := r.reserve(at.there, g.interval(at.there))
		two, again := r.reserve(at.there, g.interval(at.there))
		if used == nil && again == nil && two-one < time.Second/10 {
			t.Fatalf("%s, and then %s", one, two)
		}
		if one < at.there {
			t.Fatalf("%s is over", one)
		}
		g.search.accepted(3599, 3600)
		g.search.refused(3599, 3600)
		r.learn(g)
		if _, err := r.write(); err != nil {
			t.Fatal(err)
		}
	})
}
