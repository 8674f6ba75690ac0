package cli

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"unicode"
	"unicode/utf8"

	utf "golang.org/x/text/encoding/unicode"

	"meetbatch/internal/system"
	"meetbatch/internal/words"
)

// maxSecret is how many bytes a credential has at most; tokens have some hundreds.
const maxSecret = 16 << 10

// readSecret reads a credential from a file. It repeats the name of that only where it is surely one: a secret that stands where
// the name of its file belongs must not show. A byte order mark and the line ends behind the credential are no part of it, and UTF-16
// with a mark is understood. The warning says who else can read it; mostly it is empty.
func readSecret(path string) (secret, warning string, err error) {
	f, err := os.Open(path)
	if err != nil {
		return "", "", unread(path, err)
	}
	defer f.Close()
	if info, err := f.Stat(); err == nil && system.OpenToAll(info) {
		warning = "its file can be read or changed by every user of this machine"
	}
	text, err := io.ReadAll(io.LimitReader(f, 2*maxSecret+1)) // in UTF-16 it takes up to twice as many
	if err != nil {
		return "", "", unread(path, err)
	}
	if bytes.HasPrefix(text, []byte{0xFE, 0xFF}) || bytes.HasPrefix(text, []byte{0xFF, 0xFE}) {
		if len(text)%2 != 0 && len(text) <= 2*maxSecret {
			return "", "", errors.New("its file is UTF-16 by its mark, and ends in mid-character")
		}
		if text, err = utf.UTF16(utf.BigEndian, utf.ExpectBOM).NewDecoder().Bytes(text); err != nil {
			return "", "", errors.New("its file is UTF-16 by its mark, and no such text")
		}
	}
	secret = strings.TrimRight(strings.TrimPrefix(string(text), "\uFEFF"), "\r\n")
	if secret == "" {
		return "", "", errors.New("its file is empty")
	}
	return secret, warning, nil
}

// unread is the error of a file that cannot be read.
func unread(path string, err error) error {
	if is, ok := errors.AsType[*fs.PathError](err); ok {
		err = is.Err
	}
	if surelyPath(path) {
		return fmt.Errorf("its file %s cannot be read: %w", words.Name(path), err)
	}
	return fmt.Errorf("its file cannot be read: %w", err)
}

// surelyPath tells whether a text can be nothing but a path: one of a drive or a server of Windows, or one of which at least
// the first folder is there.
func surelyPath(text string) bool {
	if filepath.VolumeName(text) != "" {
		return true
	}
	for path := filepath.Clean(text); path != "." && path != filepath.Dir(path); path = filepath.Dir(path) {
		if _, err := os.Lstat(path); err == nil {
			return true
		}
	}
	return false
}

// checkSecret tells why a text can be no credential, without a part of it. The service would refuse it, and may lock an
// account after some refusals.
func checkSecret(text string) error {
	hidden := func(r rune) bool { return !unicode.IsPrint(r) }
	switch {
	case len(text) > maxSecret:
		return fmt.Errorf("it is longer than %d KiB", maxSecret>>10)
	case strings.ContainsRune(text, 0):
		return errors.New("it holds a NUL byte, as UTF-16 without a byte order mark does")
	case !utf8.ValidString(text) || strings.ContainsRune(text, utf8.RuneError):
		return errors.New("it is no text in UTF-8")
	case strings.TrimSpace(text) == "":
		return errors.New("it is blank")
	case strings.ContainsAny(text, "\r\n"):
		return errors.New("it has several lines")
	case strings.TrimSpace(text) != text:
		return errors.New("it begins or ends with a blank")
	case strings.ContainsFunc(text, hidden):
		return errors.New("it holds a character that does not show")
	}
	return nil
}
