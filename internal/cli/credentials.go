package cli

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"meetbatch/internal/meeting"
)

// method is a way to sign in, with the variables that it takes.
type method struct {
	name     string
	needs    []string
	optional []string
}

func methods() []method {
	return []method{
		{"token", []string{"TOKEN"}, nil},
		{"App ID", []string{"APP_ID", "APP_KEY"}, []string{"USER_ID", "CORP_ID"}},
		{"account", []string{"ACCOUNT", "PASSWORD"}, nil},
	}
}

// isSet tells whether a credential is in the environment, by itself or as a file.
func (e *environment) isSet(name string) bool {
	return e.variables["MEETBATCH_"+name] != "" || e.variables["MEETBATCH_"+name+"_FILE"] != ""
}

// shown names the variables that are set, as they are.
func (e *environment) shown(names []string) string {
	var set []string
	for _, name := range names {
		for _, variable := range []string{"MEETBATCH_" + name, "MEETBATCH_" + name + "_FILE"} {
			if e.variables[variable] != "" {
				set = append(set, variable)
			}
		}
	}
	return strings.Join(set, " and ")
}

// chooseMethod finds the one way to sign in that the environment has credentials for. Two, or half of one, are
// refused by name; with none it is nil.
func (e *environment) chooseMethod() (*method, error) {
	var chosen *method
	for _, m := range methods() {
		all := append(append([]string{}, m.needs...), m.optional...)
		set := e.shown(all)
		if set == "" {
			continue
		}
		for _, name := range m.needs {
			if !e.isSet(name) {
				return nil, refused(fmt.Errorf("%s is set, but MEETBATCH_%s is not", set, name), "to sign in by "+m.name+" takes "+strings.Join(prefixed(m.needs), " and "))
			}
		}
		if chosen != nil {
			return nil, refused(fmt.Errorf("%s and %s are set, and each way would sign in", e.shown(chosen.needs), e.shown(m.needs)), "unset one of them")
		}
		chosen = &m
	}
	return chosen, nil
}

func prefixed(names []string) []string {
	all := make([]string, len(names))
	for i, name := range names {
		all[i] = "MEETBATCH_" + name
	}
	return all
}

// defaultAccountType is the kind of accounts that go with a way to sign in (meeting_21_1105).
func (e *environment) defaultAccountType() string {
	if e.isSet("APP_ID") {
		return "1"
	}
	return "0"
}

// credentials reads what to sign in with from the environment.
func (e *environment) credentials() (c meeting.Credentials, err error) {
	m, err := e.chooseMethod()
	if err != nil {
		return c, err
	}
	if m == nil {
		return c, refused(errors.New("no credentials: none of MEETBATCH_TOKEN, MEETBATCH_APP_ID and MEETBATCH_ACCOUNT is set, nor the same with _FILE"),
			"set one of them, or try --sandbox, which needs none")
	}
	for name, to := range map[string]*string{
		"TOKEN": &c.Token, "APP_ID": &c.AppID, "APP_KEY": &c.AppKey, "USER_ID": &c.UserID, "CORP_ID": &c.CorpID,
		"ACCOUNT": &c.Account, "PASSWORD": &c.Password,
	} {
		if *to, err = e.credential(name); err != nil {
			return meeting.Credentials{}, err
		}
	}
	switch {
	case !meeting.HeaderSafe(c.Token):
		err = refused(errors.New("MEETBATCH_TOKEN holds a blank or another character that cannot stand in a header"), "copy it again, without line breaks")
	case strings.Contains(c.Account, ":"):
		err = refused(errors.New("MEETBATCH_ACCOUNT holds a colon, which ends the account where it is sent"), "")
	}
	return c, err
}

// credential reads one credential, or the file that NAME_FILE names, less the line end behind it. It is empty when
// neither is set. No message repeats what it read.
func (e *environment) credential(name string) (string, error) {
	name = "MEETBATCH_" + name
	value, file := e.variables[name], e.variables[name+"_FILE"]
	switch {
	case value != "" && file != "":
		return "", refused(fmt.Errorf("%s and %s_FILE are both set", name, name), "unset one of them")
	case file == "":
		return value, nil
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return "", refused(fmt.Errorf("%s_FILE: %w", name, err), "")
	}
	value = strings.TrimRight(string(text), "\r\n")
	if strings.TrimSpace(value) == "" {
		return "", refused(fmt.Errorf("%s_FILE: %s is empty", name, file), "")
	}
	return value, nil
}
