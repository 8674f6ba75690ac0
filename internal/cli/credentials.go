package cli

import (
	"errors"
	"fmt"
	"os"
	"strings"
)

// secret reads a credential from the environment, or from the file that NAME_FILE names. It is empty
// when neither is set. No message repeats what it read.
func secret(name string) (string, error) {
	value, file := os.Getenv(name), os.Getenv(name+"_FILE")
	switch {
	case value != "" && file != "":
		return "", refused(fmt.Errorf("%s and %s_FILE are both set", name, name), "unset one of them")
	case file != "":
		text, err := os.ReadFile(file)
		if err != nil {
			return "", refused(fmt.Errorf("%s_FILE: %w", name, err), "")
		}
		value = strings.TrimSpace(string(text))
		if value == "" {
			return "", refused(fmt.Errorf("%s_FILE: %s is empty", name, file), "")
		}
	}
	if strings.ContainsFunc(value, func(r rune) bool { return r <= ' ' || r >= 0x7F }) {
		return "", refused(fmt.Errorf("%s holds a blank or another character that cannot stand in a header", name), "copy it again, without line breaks")
	}
	return value, nil
}

// token reads the access token that requests carry.
func token() (string, error) {
	value, err := secret("MEETBATCH_TOKEN")
	if err == nil && value == "" {
		err = refused(errors.New("no credentials: neither MEETBATCH_TOKEN nor MEETBATCH_TOKEN_FILE is set"),
			"set one of them, or try --sandbox, which needs none")
	}
	return value, err
}
