// Package pace decides when the next request may go out.
//
// Whoever calls the service asks the [Pacer] for a turn, writes down what goes out, says that it has gone, and hands
// the answer back:
//
//	turn, err := pacer.Next(ctx)
//	if err != nil { … } // ctx has ended, or there is no sign-in
//	if err := record(request); err != nil { turn.Back(); … }
//	turn.Gone()
//	answer := send(request)
//	own, err := turn.Answered(request, answer)
//
// Whose trouble a refusal is comes first (company.go): while others get through it is that of the request that met it,
// which then counts as an attempt, waits alone, and moves nothing. Of the others these have a say, and the pacer
// asks them in this order:
//
//   - The gate (gate.go) closes for everybody while the service asks for that, and while it is down or refuses
//     everybody lets one request at a time through, to find out. It gives up when there was no good answer for too long.
//   - The governor (governor.go) knows at which rate requests may go out: the one that was asked for, below that the
//     one that the service states in its answers (limits.go), and where that does not explain what is refused, the one
//     that the search finds. It tells which rate is followed and why (report.go).
//   - The limiter, golang.org/x/time/rate with a burst of one, holds the moment of each request. The pacer sets its
//     rate to the governor's, and lets only one caller at a time wait for it.
//   - Where processes share a budget ([Budget]), the moment is reserved there before the limiter holds it (share.go). The
//     budget's record (record.go) has what all of them heard: the governor of each is that of the record (knowledge.go),
//     and a hold of the gate that the service asked for holds all of them.
//
// The search (search.go) is the core: given numbers it answers numbers, and whoever asks has the clock. It is in one of
// five phases, by what it takes the rate in force to be. Each answer is weighed against what noise explains (doubt.go),
// and the next phase depends on what there is to compare with:
//
//	steady     it is right              too much is refused: trying
//	raised     it may be too high       too much is refused: back, found; else further up (climb.go)
//	found      it is new, doubted soon  too much is refused: trying
//	trying     it is low on purpose     about as much is refused as before, or anything is although the rate is far below one
//	                                    that was borne: it was noise, back up; else a limit (trial.go)
//	refilling  a window was used up     after a minute like steady
//
// From each of them it goes to refilling where nobody got through for a while: then what got through in that minute is the
// limit, unless it was rather others who used it up. What it counts is kept for two minutes (flow.go).
//
// How long to wait between tries, and for how long to go on without a good answer, stands in backoff.go, for the
// sign-in too.
package pace
