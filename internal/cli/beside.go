package cli

import (
	"fmt"
	"path/filepath"
	"slices"
	"time"

	"meetbatch/internal/run"
	"meetbatch/internal/words"
	"meetbatch/report"
)

// mostBeside is how many of a folder's runs are looked at before a new one begins: those that were written last.
const mostBeside = 50

// besideText tells of a run of the same command, in the folder where a new one is about to begin, that is under way or was
// never finished: whoever begins the new one may not know of it. It is empty where there is none. A run that is not
// finished is forgotten when a later one of the same input is. Runs in the sandbox are nobody's business, and neither are those
// of other shards, which send other rows.
func besideText(j run.Job, shared bool, now time.Time) string {
	runs, err := report.Newest(j.Folder(), mostBeside)
	if err != nil { // the folder is not there yet, or the run will find out
		return ""
	}
	unfinished := ""
	var finished []string // inputs of later runs
	for i := range slices.Backward(runs) {
		e := &runs[i]
		itself := j.Again && filepath.Base(e.Path) == filepath.Base(j.Out)
		if e.Err != nil || e.Run.Command != j.Operation.Name || isSandbox(&e.Run) || itself || shardOf(&e.Run).Apart(j.Settings.Shard) {
			continue
		}
		life := e.Run.Life(now)
		switch {
		case life == report.UnderWay:
			faster := "both together send faster than --rate says, and may send the same rows"
			if shared {
				faster = "both may send the same rows"
			}
			return fmt.Sprintf("%s, a run of %s, is under way (process %d on %s): %s",
				words.Name(e.Path), e.Run.Command, e.Run.Process.PID, words.Name(e.Run.Process.Host), faster)
		case e.Run.State == report.Finished:
			finished = append(finished, e.Run.Input.Path)
		case unfinished == "" && !slices.Contains(finished, e.Run.Input.Path):
			unfinished = fmt.Sprintf("%s, a run of %s, %s, and this is a new one; to go on with that: %s",
				words.Name(e.Path), e.Run.Command, endedText(&e.Run, life, now), run.NextResume(e.Path))
		}
	}
	return unfinished
}

// endedText says how a run ended that is not finished.
func endedText(r *report.Run, life report.Life, now time.Time) string {
	switch {
	case life == report.Killed:
		return "was killed"
	case life == report.Silent:
		return "gave its last sign of life at " + clock(r.Seen(), now)
	case r.State == report.Broken:
		return "broke off"
	}
	return "was stopped and is not finished"
}
