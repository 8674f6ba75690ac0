package cli

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"meetbatch/internal/meeting"
	"meetbatch/internal/run"
)

// method is a way to sign in, with the variables that it takes.
type method struct {
	name            string
	needs, optional []string
}

func methods() []method {
	return []method{
		{"token", []string{"MEETBATCH_TOKEN"}, nil},
		{"App ID", []string{"MEETBATCH_APP_ID", "MEETBATCH_APP_KEY"}, []string{"MEETBATCH_USER_ID", "MEETBATCH_CORP_ID"}},
		{"account", []string{"MEETBATCH_ACCOUNT", "MEETBATCH_PASSWORD"}, nil},
	}
}

// credentialNames lists the variables of all ways to sign in; each can have _FILE behind it.
func credentialNames() (names []string) {
	for _, m := range methods() {
		names = slices.Concat(names, m.needs, m.optional)
	}
	return names
}

// set lists which of the credentials the environment has, each under the name that it stands under: its own, or that of
// its file.
func (e *environment) set(names ...string) (variables []string) {
	for _, name := range names {
		for _, variable := range []string{name, name + "_FILE"} {
			switch {
			case e.inProfile(variable):
				variables = append(variables, variable+" (of the profile)")
			case e.value(variable) != "":
				variables = append(variables, variable)
			}
		}
	}
	return variables
}

// chooseMethod finds the one way to sign in that the environment has credentials for. Two, or half of one, are
// refused by name; with none it is nil.
func (e *environment) chooseMethod() (chosen *method, err error) {
	named := func(m method) string { return strings.Join(e.set(m.needs...), " and ") }
	for _, m := range methods() {
		set := e.set(append(m.needs[:len(m.needs):len(m.needs)], m.optional...)...)
		for _, name := range m.needs {
			if len(set) > 0 && e.set(name) == nil {
				return nil, run.Refuse(fmt.Errorf("%s is set, but %s is not", strings.Join(set, " and "), name), "to sign in by "+m.name+" takes "+strings.Join(m.needs, " and "))
			}
		}
		switch {
		case len(set) == 0:
		case chosen != nil:
			return nil, run.Refuse(fmt.Errorf("%s and %s are set, and each way would sign in", named(*chosen), named(m)), "unset one of them")
		default:
			chosen = &m
		}
	}
	return chosen, nil
}

// defaultAccountType is the kind of accounts that go with a way to sign in (meeting_21_1105).
func (e *environment) defaultAccountType() string {
	if e.set("MEETBATCH_APP_ID") != nil {
		return "1"
	}
	return "0"
}

// credentials reads what to sign in with from the environment. What is not wrong, but dangerous, is warned of.
func (e *environment) credentials(warn func(string)) (c meeting.Credentials, err error) {
	m, err := e.chooseMethod()
	switch {
	case err != nil:
		return c, err
	case m == nil:
		return c, run.Refuse(errors.New("no credentials: none of MEETBATCH_TOKEN, MEETBATCH_APP_ID and MEETBATCH_ACCOUNT is set, nor the same with _FILE"),
			"set one of them, or try --sandbox, which needs none")
	}
	for _, one := range []struct {
		name string
		to   *string
	}{
		{"MEETBATCH_TOKEN", &c.Token}, {"MEETBATCH_APP_ID", &c.AppID}, {"MEETBATCH_APP_KEY", &c.AppKey}, {"MEETBATCH_USER_ID", &c.UserID},
		{"MEETBATCH_CORP_ID", &c.CorpID}, {"MEETBATCH_ACCOUNT", &c.Account}, {"MEETBATCH_PASSWORD", &c.Password},
	} {
		if *one.to, err = e.credential(one.name, warn); err != nil {
			return meeting.Credentials{}, err
		}
	}
	switch {
	case strings.Trim(c.Token, `"'`) != c.Token:
		err = run.Refuse(errors.New("MEETBATCH_TOKEN stands in quotes, which would be sent as a part of it"), "leave the quotes away; a shell takes them off, files of variables may not")
	case !meeting.HeaderSafe(c.Token):
		err = run.Refuse(errors.New("MEETBATCH_TOKEN holds a blank or another character that cannot stand in a header"), "copy it again, without line breaks")
	case strings.Contains(c.Account, ":"):
		err = run.Refuse(errors.New("MEETBATCH_ACCOUNT holds a colon, which ends the account where it is sent"), "")
	}
	return c, err
}

// checkProxies refuses a proxy that would not be used although the environment names one.
func (e *environment) checkProxies(warn func(string)) error {
	warning, err := meeting.CheckProxies(func(name string) string { return e.value(name) })
	switch {
	case err != nil:
		return run.Refuse(err, "mend it, or unset it to do without")
	case warning != "":
		warn(warning)
	}
	return nil
}

// credential reads one credential, or the file that NAME_FILE names. It is empty when neither is set. No message repeats
// what it read.
func (e *environment) credential(name string, warn func(string)) (string, error) {
	const hint = "copy the credential again, as UTF-8 and in one line, with nothing before or behind it"
	value, file := e.value(name), e.value(name+"_FILE")
	switch {
	case value != "" && file != "":
		return "", run.Refuse(fmt.Errorf("%s and %s_FILE are both set", name, name), "unset one of them")
	case value == "" && file == "":
		return "", nil
	case file != "":
		name += "_FILE"
		var warning string
		var err error
		if value, warning, err = readSecret(file); err != nil {
			return "", run.Refuse(fmt.Errorf("%s: %w", name, err), "")
		}
		if warning != "" {
			warn(name + ": " + warning)
		}
	}
	if err := checkSecret(value); err != nil {
		return "", run.Refuse(fmt.Errorf("%s: %w", name, err), hint)
	}
	return value, nil
}
