// Meetbatch does one thing to very many accounts or meeting rooms of Huawei Cloud Meeting, from a CSV.
package main

import (
	"context"
	"os"

	"meetbatch/internal/cli"
)

func main() {
	os.Exit(cli.Run(context.Background(), os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}
