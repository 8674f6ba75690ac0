// Command sdk goes through the calls of meetbatch's sandbox with the vendor's own client, which knows nothing of meetbatch:
// what the sandbox answers has to be what that client takes for an answer. SANDBOX is the address of one with 100 users of
// three rooms each, as `meetbatch sandbox` serves it unless told otherwise.
package main

import (
	"errors"
	"fmt"
	"os"

	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/config"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/sdkerr"
	meeting "github.com/huaweicloud/huaweicloud-sdk-go-v3/services/meeting/v1"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/services/meeting/v1/model"
)

func main() {
	credentials := meeting.NewMeetingCredentialsBuilder().WithUserName("sandbox").WithUserPassword("sandbox-password").Build()
	c := meeting.NewMeetingClient(meeting.MeetingClientBuilder().
		WithEndpoints([]string{os.Getenv("SANDBOX")}).
		WithCredential(credentials).
		WithHttpConfig(config.DefaultHttpConfig()).
		Build())
	if err := goThrough(c); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func goThrough(c *meeting.MeetingClient) error {
	for _, step := range []struct {
		name string
		do   func(*meeting.MeetingClient) error
	}{
		{"all rooms", allRooms}, {"all users", allUsers}, {"reclaim", reclaim}, {"assign", assign}, {"status", setStatus}, {"an unknown user", unknownUser}, {"users by third-party ID", listUsers}, {"resource", resource},
	} {
		if err := step.do(c); err != nil {
			return fmt.Errorf("%s: %w", step.name, err)
		}
		fmt.Println(step.name)
	}
	return nil
}

func to[T any](v T) *T { return &v }

// want is an error where something is not as it should be.
func want[T comparable](what string, got, wanted T) error {
	if got != wanted {
		return fmt.Errorf("%s is %v, want %v", what, got, wanted)
	}
	return nil
}

// allRooms reads all rooms, page by page.
func allRooms(c *meeting.MeetingClient) error {
	seen := map[string]bool{}
	for offset := int32(0); offset < 300; offset += 100 {
		answer, err := c.SearchCorpVmr(&model.SearchCorpVmrRequest{Offset: &offset, Limit: to(int32(100))})
		if err != nil {
			return err
		}
		if err := want("count", *answer.Count, 300); err != nil {
			return err
		}
		for _, room := range *answer.Data {
			seen[*room.Id] = true
			if room.Member == nil || *room.Member.Id == "" || *room.Status != 0 || *room.VmrId == "" || *room.ExpireDate == 0 {
				return fmt.Errorf("a room is %v", room)
			}
		}
	}
	return want("the number of rooms", len(seen), 300)
}

// allUsers reads all users of all types, as far as one page goes.
func allUsers(c *meeting.MeetingClient) error {
	answer, err := c.SearchUsers(&model.SearchUsersRequest{Limit: to(int32(100)), UserType: &[]int32{2, 12, 13, 14}})
	if err != nil {
		return err
	}
	users := *answer.Data
	return errors.Join(want("count", *answer.Count, 100), want("the number of users", len(users), 100), want("the first", *users[0].UserAccount, "user001@example.com"))
}

// show reads a user.
func show(c *meeting.MeetingClient, account string) (*model.ShowUserDetailResponse, error) {
	return c.ShowUserDetail(&model.ShowUserDetailRequest{Account: account, AccountType: to(int32(0))})
}

// reclaim takes back a room of a user, and reads that it is so.
func reclaim(c *meeting.MeetingClient) error {
	const account = "user001@example.com"
	before, err := show(c, account)
	if err != nil {
		return err
	}
	rooms := (*before.VmrList)[:0]
	for _, room := range *before.VmrList {
		if *room.VmrMode == 1 {
			rooms = append(rooms, room)
		}
	}
	if err := want("the number of rooms", len(rooms), 3); err != nil {
		return err
	}
	if _, err := c.DisassociateVmr(&model.DisassociateVmrRequest{Account: account, AccountType: to(int32(0)), Body: &[]string{*rooms[0].Id}}); err != nil {
		return err
	}
	free, err := c.SearchCorpVmr(&model.SearchCorpVmrRequest{Status: to(int32(2))})
	if err != nil {
		return err
	}
	if err := want("the number of free rooms", *free.Count, 1); err != nil {
		return err
	}
	room := (*free.Data)[0]
	return errors.Join(want("the free room", *room.Id, *rooms[0].Id), want("that it has no member", room.Member == nil, true))
}

// assign gives the room that is free to another user, and reads that it is so.
func assign(c *meeting.MeetingClient) error {
	const account = "user002@example.com"
	free, err := c.SearchCorpVmr(&model.SearchCorpVmrRequest{Status: to(int32(2))})
	if err != nil {
		return err
	}
	room := *(*free.Data)[0].Id
	if _, err := c.AssociateVmr(&model.AssociateVmrRequest{Account: account, AccountType: to(int32(0)), Body: &[]string{room}}); err != nil {
		return err
	}
	user, err := show(c, account)
	if err != nil {
		return err
	}
	for _, has := range *user.VmrList {
		if *has.Id == room {
			return nil
		}
	}
	return fmt.Errorf("%s does not have room %s", account, room)
}

// setStatus disables a user, and reads that it is so.
func setStatus(c *meeting.MeetingClient) error {
	const account = "user002@example.com"
	value := model.GetBatchUpdateUserStatusRequestValueEnum().E_1
	if _, err := c.BatchUpdateUserStatus(&model.BatchUpdateUserStatusRequest{Value: value, AccountType: to(int32(0)), Body: &[]string{account}}); err != nil {
		return err
	}
	user, err := show(c, account)
	if err != nil {
		return err
	}
	return want("the status", *user.Status, 1)
}

func unknownUser(c *meeting.MeetingClient) error {
	_, err := show(c, "missing@example.com")
	var refused *sdkerr.ServiceResponseError
	if !errors.As(err, &refused) {
		return fmt.Errorf("answered with %v", err)
	}
	return errors.Join(want("the status", refused.StatusCode, 400), want("the code", refused.ErrorCode, "USG.201040000"))
}

func listUsers(c *meeting.MeetingClient) error {
	answer, err := c.BatchShowUserDetails(&model.BatchShowUserDetailsRequest{
		IdType: to("THIRD_ACCOUNT"), Body: &[]model.ShowUserRequestDto{{Id: to("user003@example.com")}, {Id: to("missing")}},
	})
	if err != nil {
		return err
	}
	users := *answer.Body
	return errors.Join(want("who is there", *users[0].StatusCode, 0), want("who is not", *users[1].StatusCode, 2))
}

func resource(c *meeting.MeetingClient) error {
	answer, err := c.ShowCorpResource(&model.ShowCorpResourceRequest{})
	if err != nil {
		return err
	}
	return want("users who are normal, with the administrator", *answer.TeSoftCount.UsedCount, 100)
}
