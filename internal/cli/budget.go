package cli

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"meetbatch/internal/budget"
	"meetbatch/internal/run"
	"meetbatch/job"
	"meetbatch/job/pace"
)

// budgetVariable is that of --budget; with _FILE behind it, it names a file that holds the address, for one with a password.
const budgetVariable = variablePrefix + "BUDGET"

// openBudget opens the budget that a command is to share, for its rates. It is nil where there is none. Nothing is asked of
// it yet. close gives it up.
func (a *app) openBudget(f sharedFlags, rates job.Rates, warn func(string)) (b pace.Budget, close func(), err error) {
	address, given, fromFile := f.Budget, a.givenBudget(), false
	if !given {
		text, err := a.env.credential(budgetVariable, warn)
		if err != nil {
			return nil, nil, err
		}
		fromFile = text != "" && a.env.value(budgetVariable) == ""
		address = text
	}
	switch {
	case address == "" && given: // by a script, in which it was to be something
		return nil, nil, usage(errors.New("--budget: it is empty"), "leave --budget away to share no rate")
	case address == "":
		return nil, func() {}, nil
	case len(rates) == 0:
		return nil, nil, usage(errors.New("--budget: --rate none is no rate that could be shared"), "say how many requests all of them may send together, such as --rate 100/1m")
	}
	opened, err := budget.Open(address)
	if err != nil {
		var no *pace.BudgetError
		switch isURL := errors.As(err, &no) && strings.Contains(no.Budget, "://"); {
		case isURL && fromFile:
			err = run.Refuse(fmt.Errorf("%s_FILE: its address: %s", budgetVariable, no.Reason), no.Try)
		case isURL:
			err = usage(err, no.Try)
		default: // a file's name is right or wrong by what is there
			err = run.Refuse(err, job.HintOf(err))
		}
		return nil, nil, err
	}
	if len(opened.Secrets()) > 0 && given {
		return nil, nil, usage(errors.New("--budget: a password on a command line can be read by every user of this machine"),
			"put the URL into a file, and name that: "+budgetVariable+"_FILE=FILE")
	}
	return opened, func() { opened.Close() }, nil
}

// givenBudget tells whether the budget is named on the command line, which counts before the environment.
func (a *app) givenBudget() bool {
	return slices.ContainsFunc(a.args, func(arg string) bool { return arg == "--budget" || strings.HasPrefix(arg, "--budget=") })
}

// hasSecrets tells whether the address of a budget must not be shown.
func hasSecrets(address string) bool {
	b, err := budget.Open(address)
	return err == nil && len(b.Secrets()) > 0
}
