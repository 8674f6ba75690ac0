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
// Three parts have a say, each in a file of its own, and the pacer asks them in this order:
//
//   - The gate (gate.go) closes for everybody while the service asks for that, and while it is down lets one request
//     at a time through, to find out. From answers it concludes whose trouble a failure is: the request's own, which
//     then counts as one of its attempts, or the service's. It gives up when there was no good answer for too long.
//   - The governor (governor.go) knows at which rate requests may go out: the one that was asked for, below that the
//     one that the service states in its answers (limits.go), and where it states none, the one that refusals show.
//     It is arithmetic over times that it is given.
//   - The limiter, golang.org/x/time/rate with a burst of one, holds the moment of each request. The pacer sets its
//     rate to the governor's, and lets only one caller at a time wait for it.
//
// How long to wait between tries, and for how long to go on without a good answer, stands in backoff.go, for the
// sign-in too.
package pace
