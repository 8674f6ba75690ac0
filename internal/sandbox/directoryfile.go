package sandbox

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/gocarina/gocsv"
)

// directoryRow is a row of the file of a directory.
type directoryRow struct {
	Account    string `csv:"account"`
	VMRID      string `csv:"vmr_id"`
	Status     string `csv:"user_status"`
	Third      string `csv:"third_account"`
	Name       string `csv:"name"`
	UserType   string `csv:"user_type"`
	AdminType  string `csv:"admin_type"`
	Department string `csv:"department"`
	Phone      string `csv:"phone"`
	Email      string `csv:"email"`
	VMRMode    string `csv:"vmr_mode"`
	VMRName    string `csv:"vmr_name"`
	VMRNumber  string `csv:"vmr_number"`
	Device     string `csv:"device"`
}

// ReadDirectory reads a CSV with the columns account, vmr_id and user_status, and those of what is listed: third_account,
// name, user_type, admin_type, department, phone and email of the account, vmr_mode, vmr_name, vmr_number and device (a
// terminal that the room is bound to) of the room. Either of the first two has to be there; all others may be missing or
// empty. An account can stand in several rows, one for each of its rooms; the first that says something of it holds.
func ReadDirectory(r io.Reader) (*Directory, error) {
	text := bufio.NewReader(r)
	if mark, _ := text.Peek(3); string(mark) == "\ufeff" {
		text.Discard(len(mark))
	}
	header, _ := text.Peek(text.Size())
	line, _, _ := strings.Cut(string(header), "\n")
	columns := strings.FieldsFunc(line, func(c rune) bool { return c == ',' || c == '"' || unicode.IsSpace(c) })
	if !slices.Contains(columns, "account") && !slices.Contains(columns, "vmr_id") {
		return nil, errors.New("the first line names no column account and none vmr_id, with commas between")
	}
	d, n := newDirectory(), 0
	return d, gocsv.UnmarshalToCallbackWithError(text, func(row directoryRow) error {
		n++
		if err := d.add(row); err != nil {
			return fmt.Errorf("row %d%w", n, err)
		}
		return nil
	})
}

// add adds what a row says. Its errors go on where the number of the row was said.
func (d *Directory) add(row directoryRow) error {
	switch row.Status {
	case "normal":
		row.Status = "0"
	case "disabled":
		row.Status = "1"
	}
	at, held := d.byID[row.VMRID]
	switch {
	case row.Account == "" && row.VMRID == "":
		return errors.New(" has neither account nor vmr_id")
	case held && d.users[d.rooms[at].holder].account != row.Account:
		return fmt.Errorf(": room %s is held by %q already", row.VMRID, d.holder(row.VMRID))
	case !slices.Contains([]string{"", "0", "1"}, row.Status):
		return fmt.Errorf(": user_status is %q, not 0 (normal) or 1 (disabled)", row.Status)
	case !slices.Contains([]string{"", "2", "12", "13", "14"}, row.UserType):
		return fmt.Errorf(": user_type is %q, not 2, 12, 13 or 14", row.UserType)
	case !slices.Contains([]string{"", "0", "1", "2"}, row.AdminType):
		return fmt.Errorf(": admin_type is %q, not 0, 1 or 2", row.AdminType)
	case !slices.Contains([]string{"", "0", "1", "2"}, row.VMRMode):
		return fmt.Errorf(": vmr_mode is %q, not 0, 1 or 2", row.VMRMode)
	case row.Account == "" && row.VMRMode == "0":
		return errors.New(": a personal room (vmr_mode 0) is somebody's")
	}
	if row.Account != "" {
		if err := d.describeUser(row); err != nil {
			return err
		}
	}
	if row.VMRID != "" && !held {
		d.describeRoom(row)
	}
	return nil
}

func (d *Directory) describeUser(row directoryRow) error {
	at := d.addUser(row.Account)
	if row.Status != "" {
		d.setStatus(row.Account, row.Status)
	}
	u := &d.users[at]
	u.kind, u.admin = number(row.UserType, u.kind), number(row.AdminType, u.admin)
	p := person{row.Third, row.Name, row.Department, row.Phone, row.Email}
	if u.person != nil || p == (person{}) {
		return nil
	}
	if p.third != "" {
		if d.byThird[p.third] != 0 {
			return fmt.Errorf(": third_account %s is that of %q already", p.third, d.users[d.byThird[p.third]].account)
		}
		d.byThird[strings.Clone(p.third)] = at
	}
	u.person = &p
	return nil
}

func (d *Directory) describeRoom(row directoryRow) {
	at := d.addRoom(row.VMRID)
	r := &d.rooms[at]
	r.mode = number(row.VMRMode, r.mode)
	if a := (about{row.VMRName, row.VMRNumber, row.Device}); a != (about{}) {
		r.about = &a
	}
	if row.Account != "" {
		d.hold(at, d.addUser(row.Account))
	}
}

// number reads one of the service's small numbers, which was checked; an empty text leaves what is.
func number(text string, is uint8) uint8 {
	if text == "" {
		return is
	}
	n, _ := strconv.ParseUint(text, 10, 8)
	return uint8(n)
}
