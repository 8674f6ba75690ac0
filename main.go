// Meetbatch does one thing to very many accounts or meeting rooms of Huawei Cloud Meeting, from a CSV.
package main

import "meetbatch/internal/cli"

func main() { cli.Main() }
