package meeting

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
)

// Resource is what an enterprise has bought for the accounts whose status can be set (ShowCorpResource).
type Resource struct {
	Users      Amount // ordinary users
	SmartRooms Amount
	IdeaHubs   Amount
	SmartTVs   Amount
}

// Amount is how many of one kind there may be. What was not said is -1.
type Amount struct {
	Purchased int // in sum; whether it holds those that have expired is not documented
	Expired   int
	Used      int // disabled accounts are not documented to be among them
}

// Left is how many more can be used, by what the service says; -1: it does not say.
func (a Amount) Left() int {
	if a.Purchased < 0 || a.Used < 0 {
		return -1
	}
	return max(a.Purchased-a.Used, 0)
}

// wireAmount is an amount as it comes: an object, or absent where there is none of the kind.
type wireAmount struct {
	Sum     whole `json:"sumCount"`
	Expired whole `json:"expiredCount"`
	Used    whole `json:"usedCount"`
}

func (w wireAmount) amount() Amount {
	return Amount{Purchased: max(w.Sum.or(-1), -1), Expired: max(w.Expired.or(-1), -1), Used: max(w.Used.or(-1), -1)}
}

// ShowResource asks what the enterprise has bought, and how much of it is used.
func ShowResource(ctx context.Context, ask Ask) (Resource, error) {
	body, err := ask(ctx, Query{Method: http.MethodGet, Path: "/v1/usg/dcs/corp/resource"})
	if err != nil {
		return Resource{}, err
	}
	var w struct {
		Users      wireAmount `json:"teSoftCount"`
		SmartRooms wireAmount `json:"roomCount"`
		IdeaHubs   wireAmount `json:"ideaHubCount"`
		SmartTVs   wireAmount `json:"hwVisionCount"`
	}
	if json.Unmarshal(body, &w) != nil {
		return Resource{}, errors.New("the service's answer is no overview of what was bought")
	}
	return Resource{w.Users.amount(), w.SmartRooms.amount(), w.IdeaHubs.amount(), w.SmartTVs.amount()}, nil
}
