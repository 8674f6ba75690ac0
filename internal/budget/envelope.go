package budget

import (
	"bytes"
	"encoding/json"
	"fmt"
	"time"
)

// maxKept bounds what is kept, the envelope of the record included.
const maxKept = 4096

// kept is what stands in a file or a key: one line of JSON, so that a person can read it.
type kept struct {
	Version int             `json:"meetbatch_budget"`
	Boot    string          `json:"boot"`   // the start of the machine on whose clock the moments are; empty where that is not known
	At      time.Duration   `json:"at"`     // when it was kept, on the same clock
	Record  json.RawMessage `json:"record"` // as it is where it is JSON
	Bytes   []byte          `json:"bytes"`  // where it is not
}

// mark is how everything begins that this program keeps, so that nothing else is ever written over.
const mark = `{"meetbatch_budget":`

const version = 1

// seal puts a record into its envelope.
func seal(boot string, at time.Duration, record []byte) ([]byte, error) {
	field := "record"
	if !json.Valid(record) {
		field = "bytes"
		record, _ = json.Marshal(record) // bytes can always be written
	}
	line := fmt.Appendf(nil, `%s%d,"boot":%q,"at":%d,%q:%s}`+"\n", mark, version, boot, at, field, record)
	if len(line) > maxKept {
		return nil, &refusal{fmt.Sprintf("its record would have %d bytes, and has room for %d", len(line), maxKept),
			"let fewer processes share it"}
	}
	return line, nil
}

// open takes a record out of its envelope. What this program has begun to write and not ended, or somebody has damaged, is
// none, since a record can always be begun anew. That goes for the zeros too that a power cut leaves of a file.
func open(line []byte) (kept, error) {
	if len(line) <= maxKept && bytes.HasPrefix([]byte(mark), bytes.TrimRight(line, "\x00")) {
		return kept{}, nil
	}
	if !bytes.HasPrefix(line, []byte(mark)) || len(line) > maxKept {
		return kept{}, &refusal{"it holds something else than a budget, which was left as it is", "name one that nothing else uses; it is made when it is missing"}
	}
	var k kept
	_, err := fmt.Sscanf(string(line[len(mark):]), "%d", &k.Version)
	if err == nil && k.Version != version {
		return kept{}, &refusal{fmt.Sprintf("it was written by another version of this program (%d, this one writes %d)", k.Version, version),
			"let all who share it run the same version, or name another one"}
	}
	if err != nil || json.Unmarshal(line, &k) != nil {
		return kept{}, nil
	}
	if k.Record == nil {
		k.Record = k.Bytes
	}
	return k, nil
}
