package job

// Explanation says in words what a row's failure means, and what to do about it.
type Explanation struct {
	Means string // the room does not exist; empty where nothing is known of the code
	Do    string // what whoever gave the command can do; may be empty
	Again bool   // sending the same row again may help
}

// Explain explains the HTTP status and the error code of an answer that settled a row, for people. The codes and their
// meanings are those of the Error Center and of the client's tables (api-facts, section 3.2; api-reading, section 6).
func Explain(op Operation, status Status, httpStatus int, code string) Explanation {
	switch (Answer{Code: code}).number() {
	case "201080000":
		return Explanation{Means: "the room does not exist", Do: "is it the room's unique id?"}
	case "201040000":
		return Explanation{Means: "the account does not exist", Do: "was it deleted or renamed, or is it of the other account type?"}
	}
	return Explanation{}
}
