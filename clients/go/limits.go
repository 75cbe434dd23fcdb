package botmesh

import (
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/durationpb"

	pb "github.com/botmesh/botmesh/clients/go/botmeshv1"
)

const (
	transportBytes = 4 << 20 // what the transport takes, so that a larger message can be refused with a reason

	maxHeaderBytes = 64 << 10 // of one call's metadata, as HPACK counts: the chain's and an error's are far smaller

	answerMargin    = 0.05 // the share of its time that a parent keeps to answer in when it asks a child ...
	maxAnswerMargin = 250 * time.Millisecond

	// gRPC itself ends a call at its deadline, and then nobody hears why: a callee is this much earlier.
	beforeGRPC = 20 * time.Millisecond

	// gRPC rounds deadlines on the wire: a callee takes one that is this much over the limit.
	toleratedShare = 0.01
	toleratedTime  = time.Second
)

// Limits are what the policies allow. The mesh's are the ceiling: environment, agent and call narrow them, nothing
// widens them. The registry tells them.
type Limits struct {
	Enabled           bool          // whether delegations are allowed at all; default true
	DefaultTimeout    time.Duration // of a call without a deadline; default 30 s
	MaxTimeout        time.Duration // the longest deadline of a call; default 300 s
	StreamIdleTimeout time.Duration // how long a stream may be silent; default 60 s
	MaxHops           int           // in a chain; default 5
	AllowRevisits     bool          // whether an agent in the path may be asked again; default false
	MaxMessageBytes   int           // of one serialized message, either way; default 1 MiB
	MaxDelegations    int           // open at once per conversation at one instance; default 10
	MaxRetries        int           // further attempts after one failed to reach its target; default 3
	MaxReplyBytes     int           // of a streamed reply as a whole; default 8 MiB
}

// DefaultLimits are those of a mesh that says nothing else.
func DefaultLimits() Limits {
	return Limits{
		Enabled: true, DefaultTimeout: 30 * time.Second, MaxTimeout: 300 * time.Second,
		StreamIdleTimeout: 60 * time.Second, MaxHops: 5, MaxMessageBytes: 1 << 20, MaxDelegations: 10, MaxRetries: 3,
		MaxReplyBytes: 8 << 20,
	}
}

// Narrow is a set of limits that says only some: nil fields leave the others as they are.
type Narrow struct {
	Enabled           *bool
	DefaultTimeout    *time.Duration
	MaxTimeout        *time.Duration
	StreamIdleTimeout *time.Duration
	MaxHops           *int
	AllowRevisits     *bool
	MaxMessageBytes   *int
	MaxDelegations    *int
	MaxRetries        *int
	MaxReplyBytes     *int
}

// narrow takes the smaller of each pair.
func (l Limits) narrow(by Narrow) Limits {
	l.Enabled = l.Enabled && (by.Enabled == nil || *by.Enabled)
	l.AllowRevisits = l.AllowRevisits && (by.AllowRevisits == nil || *by.AllowRevisits)
	lower(&l.DefaultTimeout, by.DefaultTimeout)
	lower(&l.MaxTimeout, by.MaxTimeout)
	lower(&l.StreamIdleTimeout, by.StreamIdleTimeout)
	lower(&l.MaxHops, by.MaxHops)
	lower(&l.MaxMessageBytes, by.MaxMessageBytes)
	lower(&l.MaxDelegations, by.MaxDelegations)
	lower(&l.MaxRetries, by.MaxRetries)
	lower(&l.MaxReplyBytes, by.MaxReplyBytes)
	return l
}

func lower[T int | time.Duration](value *T, by *T) {
	if by != nil && *by < *value {
		*value = *by
	}
}

// limitsFrom are the mesh's limits as it announces them; the default where it is silent. They have passed checkFields.
func limitsFrom(given *pb.Limits) Limits {
	limits := DefaultLimits()
	set(&limits.Enabled, given.GetEnabled(), given != nil && given.Enabled != nil)
	setTime(&limits.DefaultTimeout, given.GetDefaultTimeout())
	setTime(&limits.MaxTimeout, given.GetMaxTimeout())
	setTime(&limits.StreamIdleTimeout, given.GetStreamIdleTimeout())
	set(&limits.MaxHops, int(given.GetMaxHops()), given != nil && given.MaxHops != nil)
	set(&limits.AllowRevisits, given.GetAllowRevisits(), given != nil && given.AllowRevisits != nil)
	set(&limits.MaxMessageBytes, int(given.GetMaxMessageBytes()), given != nil && given.MaxMessageBytes != nil)
	set(&limits.MaxReplyBytes, int(given.GetMaxReplyBytes()), given != nil && given.MaxReplyBytes != nil)
	set(&limits.MaxDelegations, int(given.GetMaxDelegations()), given != nil && given.MaxDelegations != nil)
	set(&limits.MaxRetries, int(given.GetMaxRetries()), given != nil && given.MaxRetries != nil)
	return limits
}

func set[T any](value *T, given T, said bool) {
	if said {
		*value = given
	}
}

func setTime(value *time.Duration, given *durationpb.Duration) {
	if given != nil {
		*value = given.AsDuration()
	}
}

// toProto are the limits that are said, for an agent's card.
func (n Narrow) toProto() *pb.Limits {
	limits := &pb.Limits{Enabled: n.Enabled, AllowRevisits: n.AllowRevisits}
	for _, pair := range []struct {
		to   **durationpb.Duration
		from *time.Duration
	}{
		{&limits.DefaultTimeout, n.DefaultTimeout},
		{&limits.MaxTimeout, n.MaxTimeout},
		{&limits.StreamIdleTimeout, n.StreamIdleTimeout},
	} {
		if pair.from != nil {
			*pair.to = durationpb.New(*pair.from)
		}
	}
	for _, pair := range []struct {
		to   **uint32
		from *int
	}{{&limits.MaxHops, n.MaxHops}, {&limits.MaxDelegations, n.MaxDelegations}, {&limits.MaxRetries, n.MaxRetries}} {
		if pair.from != nil {
			*pair.to = proto.Uint32(uint32(*pair.from))
		}
	}
	if n.MaxMessageBytes != nil {
		limits.MaxMessageBytes = proto.Uint64(uint64(*n.MaxMessageBytes))
	}
	if n.MaxReplyBytes != nil {
		limits.MaxReplyBytes = proto.Uint64(uint64(*n.MaxReplyBytes))
	}
	return limits
}

// childTimeout is what a child gets of a parent's remaining time: a little less, or what was asked if that is less.
func childTimeout(remaining time.Duration, asked time.Duration) time.Duration {
	margin := time.Duration(float64(remaining) * answerMargin)
	return min(remaining-min(margin, maxAnswerMargin), asked)
}
