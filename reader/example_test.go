package reader_test

import (
	"fmt"
	"io"
	"os"
	"strings"

	"meetbatch/job"
	"meetbatch/reader"
)

// Rows that can be sent are counted; those that cannot are copied as they stand, so that they can be mended and read
// again.
func ExampleReader() {
	export := strings.NewReader("名称;账号;云会议室ID\n" +
		"Blue; wei@example ;ff8080816b9ec3ab016ba125aca20082\n" +
		"\"Red; large\";;ff8080816b9ec3ab016ba125aca20083\n" +
		"Green;min@example;9.9E+15\n" +
		";;\n" +
		"Black;wei@example;ff8080816b9ec3ab016ba125aca20084\n")
	rows, err := reader.New(export, "rooms.csv", job.Reclaim, reader.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	good := 0
	os.Stdout.Write(rows.Header())
	for {
		it, err := rows.Read()
		if err == io.EOF {
			break
		}
		if err != nil {
			fmt.Println(err)
			return
		}
		if it.Invalid == "" {
			good++
			continue
		}
		os.Stdout.Write(rows.Raw())
		fmt.Printf("\tline %d: %s\n", it.Line, it.Reason())
	}
	fmt.Println(good, "rows can be sent")
	// Output:
	// 名称;账号;云会议室ID
	// "Red; large";;ff8080816b9ec3ab016ba125aca20083
	// 	line 3: account is empty
	// Green;min@example;9.9E+15
	// 	line 4: vmr_id was turned into a rounded number by a spreadsheet
	// 2 rows can be sent
}
