package cli

import (
	"bufio"
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/gocarina/gocsv"
)

// BenchmarkPlan compares reading and planning a file of a million rows, three rooms an account, with a
// loop that reads the same file with gocsv and does nothing. What is allocated for a row (B/row) is not what is
// held: that is bounded, as the command shows under GNU time.
func BenchmarkPlan(b *testing.B) {
	const rows = 1_000_000
	for _, order := range []string{"sorted", "shuffled"} {
		path := filepath.Join(b.TempDir(), order+".csv")
		if err := writeRooms(path, rows, order == "shuffled"); err != nil {
			b.Fatal(err)
		}
		for name, read := range map[string]func(string) error{"bare": readBare, "planned": planOnly} {
			b.Run(order+"/"+name, func(b *testing.B) {
				var before, after runtime.MemStats
				runtime.ReadMemStats(&before)
				for b.Loop() {
					if err := read(path); err != nil {
						b.Fatal(err)
					}
				}
				runtime.ReadMemStats(&after)
				all := rows * float64(b.N)
				b.ReportMetric(all/b.Elapsed().Seconds(), "rows/s")
				b.ReportMetric(float64(after.TotalAlloc-before.TotalAlloc)/all, "B/row")
			})
		}
	}
}

func planOnly(path string) error {
	if code := Run(context.Background(), []string{"reclaim", "--dry-run", path}, nil, nil, io.Discard, io.Discard); code != 0 {
		return fmt.Errorf("exit code %d", code)
	}
	return nil
}

func readBare(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	type row struct {
		Account string `csv:"account"`
		Room    string `csv:"vmr_id"`
	}
	u, err := gocsv.NewUnmarshaller(csv.NewReader(f), row{})
	for err == nil {
		_, err = u.Read()
	}
	if err == io.EOF {
		return nil
	}
	return err
}

func writeRooms(path string, rows int, shuffled bool) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer f.Close()
	order := make([]int, rows)
	for i := range order {
		order[i] = i
	}
	if shuffled {
		random := rand.New(rand.NewPCG(1, 2))
		random.Shuffle(rows, func(i, j int) { order[i], order[j] = order[j], order[i] })
	}
	w := bufio.NewWriter(f)
	fmt.Fprintln(w, "account,vmr_id,vmr_name")
	for _, i := range order {
		fmt.Fprintf(w, "user%07d@corp.example,ff8080816b9ec3ab%016x,Room %d\n", i/3, i, i)
	}
	return w.Flush()
}
