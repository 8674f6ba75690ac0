package run

import (
	"context"
	"errors"
	"time"

	"meetbatch/internal/meeting"
)

// signOutTime is how long a sign-out may take; what was sent is recorded by then.
const signOutTime = 5 * time.Second

// signIn signs in, where there is something to send. What the service refuses is refused here, and nothing was
// sent; where it is out of reach, that is the service's doing.
func (r *run) signIn(ctx context.Context) error {
	if r.planned.Requests == 0 {
		return nil
	}
	err := r.client.SignIn(ctx)
	var no *meeting.SignInError
	switch {
	case err == nil || ctx.Err() != nil:
	case errors.As(err, &no):
		err = refused(err, "")
	case errors.Is(err, meeting.ErrNoAdministrator):
		err = refused(err, "use the credentials of an administrator")
	default:
		err = &Error{Service, err, "give the same command again when the service is back"}
	}
	return err
}

// signOut signs out, also when everything else was given up. Once it was called it does nothing more.
func (r *run) signOut() {
	ctx, cancel := context.WithTimeout(context.Background(), signOutTime)
	defer cancel()
	if err := r.client.SignOut(ctx); err != nil {
		r.User.Warn("could not sign out: " + err.Error() + "; the token ends by itself within a day")
	}
}
