package meeting

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// User is a user as SearchUsers (meeting_21_0071) and ShowUserDetail (meeting_21_0069) tell it. What was not said of the
// numbers is -1.
type User struct {
	Account      string // Huawei Cloud Meeting account
	ThirdAccount string // third-party user ID; may be empty
	Name         string
	Type         int // 2 ordinary user, 12 smart TV, 13 IdeaHub, 14 SmartRooms
	AdminType    int // 0 default administrator, 1 ordinary administrator, 2 none
	Status       int // 0 normal, 1 disabled
	Department   string
	Phone, Email string // personal data

	// Rooms are the ids of the cloud rooms and webinars that are allocated to the user, only from ShowUser. It is nil where
	// nothing was said of rooms, and empty where there is none.
	Rooms []string
}

// UserFilter says which users are listed.
type UserFilter struct {
	Status     string // 0, 1; empty: all
	Search     string // name, phone, e-mail address, account or third-party user ID, as the service searches
	Department string // its code, those below it included; empty: all
}

// userTypes are all that there are: where none is asked for, the service lists ordinary users only, but the others have
// accounts and a status too.
var userTypes = []string{"2", "12", "13", "14"}

// wireUser is a user as it comes. It leaves out activeCode, which is a secret.
type wireUser struct {
	ID         word  `json:"id"`
	Account    word  `json:"userAccount"`
	Third      word  `json:"thirdAccount"`
	Name       word  `json:"name"`
	Type       whole `json:"userType"`
	AdminType  whole `json:"adminType"`
	Status     whole `json:"status"`
	Department word  `json:"deptNamePath"`
	DeptName   word  `json:"deptName"`
	Phone      word  `json:"phone"`
	Email      word  `json:"email"`
	Rooms      []struct {
		ID   word  `json:"id"`
		Mode whole `json:"vmrMode"`
	} `json:"vmrList"`
}

func (w wireUser) user() (u User, key string) {
	u = User{
		Account: string(w.Account), ThirdAccount: string(w.Third), Name: string(w.Name),
		Type: w.Type.or(-1), AdminType: w.AdminType.or(-1), Status: w.Status.or(-1),
		Department: string(w.Department), Phone: string(w.Phone), Email: string(w.Email),
	}
	if u.Department == "" {
		u.Department = string(w.DeptName)
	}
	if w.ID != "" {
		return u, string(w.ID)
	}
	return u, u.Account
}

// ListUsers lists the users of all types, as ListRooms lists rooms. The default administrator may be missing from the list.
func ListUsers(ctx context.Context, ask Ask, f UserFilter, p Paging, begin func() error, row func(User) error) (Listing, error) {
	return userLister(ask, f).list(ctx, p, begin, row)
}

// CountUsers asks how many users there are, which takes one request. Errors are those of ListUsers.
func CountUsers(ctx context.Context, ask Ask, f UserFilter) (int, error) {
	return userLister(ask, f).count(ctx)
}

func userLister(ask Ask, f UserFilter) *lister[User] {
	filter := url.Values{"userType": userTypes}
	setUnlessEmpty(filter, "status", f.Status)
	setUnlessEmpty(filter, "searchKey", f.Search)
	setUnlessEmpty(filter, "deptCode", f.Department)
	return &lister[User]{
		what: "users", path: pathOf("/v1/usg/dcs/corp/member", filter), ask: ask,
		parse: func(body []byte) (page[User], error) { return parsePage(body, wireUser.user) },
	}
}

// ShowUser asks for one user by its account of a type, 0 or 1. That it is not found is no error.
func ShowUser(ctx context.Context, ask Ask, account string, accountType int) (u User, found bool, err error) {
	body, err := ask(ctx, Query{
		Method: http.MethodGet,
		Path:   fmt.Sprintf("/v1/usg/dcs/corp/member/%s?accountType=%d", url.PathEscape(account), accountType),
	})
	if no, is := errors.AsType[*Refusal](err); is && strings.TrimPrefix(no.Answer.Code, "USG.") == noSuchUser {
		return User{}, false, nil
	}
	if err != nil {
		return User{}, false, err
	}
	u, err = parseUser(body)
	return u, err == nil, err
}

// noSuchUser is the number of the code of an account that does not exist.
const noSuchUser = "201040000"

// personal is the mode of a room that belongs to its user for good.
const personal = 0

func parseUser(body []byte) (User, error) {
	var w wireUser
	if json.Unmarshal(body, &w) != nil {
		return User{}, errors.New("the service's answer is no user")
	}
	u, key := w.user()
	if key == "" {
		return User{}, errors.New("the service's answer is a user without an account")
	}
	if w.Rooms != nil {
		u.Rooms = []string{}
	}
	for _, r := range w.Rooms {
		if r.ID != "" && r.Mode.or(1) != personal {
			u.Rooms = append(u.Rooms, string(r.ID))
		}
	}
	return u, nil
}

// maxFound is how many users one request of FindUsers can ask for.
const maxFound = 200

// FindUsers tells which third-party user IDs exist (BatchShowUserDetails). Those of which the service says nothing that can
// be relied on are left out.
func FindUsers(ctx context.Context, ask Ask, thirdAccounts []string) (map[string]bool, error) {
	found := make(map[string]bool, len(thirdAccounts))
	all := slices.Compact(slices.Sorted(slices.Values(thirdAccounts)))
	for group := range slices.Chunk(all, maxFound) {
		type element struct {
			ID string `json:"id"`
		}
		var elements []element
		for _, account := range group {
			elements = append(elements, element{account})
		}
		body, err := ask(ctx, Query{
			Method: http.MethodPost,
			Path:   "/v1/usg/abs/users/list?idType=THIRD_ACCOUNT",
			Body:   inJSON(elements, false),
		})
		if err != nil {
			return nil, err
		}
		exists, err := parseFound(body, group)
		if err != nil {
			return nil, err
		}
		maps.Copy(found, exists)
	}
	return found, nil
}

// parseFound goes by the ids of the elements, since nothing says that their order is that of the question, and one of the
// examples has elements without ids.
func parseFound(body []byte, asked []string) (map[string]bool, error) {
	var elements []struct {
		ID    word  `json:"id"`
		Third word  `json:"thirdAccount"`
		Code  whole `json:"statusCode"`
	}
	if json.Unmarshal(body, &elements) != nil {
		return nil, errors.New("the service's answer is no list of users")
	}
	found, doubtful := map[string]bool{}, map[string]bool{}
	for _, e := range elements {
		id := string(e.ID)
		if _, is := slices.BinarySearch(asked, id); !is {
			id = string(e.Third)
		}
		_, is := slices.BinarySearch(asked, id)
		if !is || !e.Code.said || e.Code.n < 0 || e.Code.n > 2 { // 3: these credentials may not know
			continue
		}
		exists := e.Code.n != 2
		before, again := found[id]
		doubtful[id] = doubtful[id] || again && before != exists
		found[id] = exists
	}
	maps.DeleteFunc(found, func(id string, _ bool) bool { return doubtful[id] })
	return found, nil
}
