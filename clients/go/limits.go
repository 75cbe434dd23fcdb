package botmesh

import (
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/durationpb"

	pb "github.com/botmesh/botmesh/clients/go/botmeshv1"
)

const (
	transportBytes = 4 << 20 // gRPC's message limit; above MaxMessageBytes, so that the size policy can refuse with a reason

	maxHeaderBytes = 64 << 10 // metadata of one call, as HPACK counts; a chain and an error take far less

	// The time that a parent keeps for its own reply when it delegates: this share of its time, at most so much.
	answerMargin    = 0.05
	maxAnswerMargin = 250 * time.Millisecond

	// A callee ends work this much before the deadline. At the deadline gRPC ends the call without a reason.
	beforeGRPC = 20 * time.Millisecond

	// A callee accepts a deadline this much over the limit, because gRPC rounds deadlines on the wire.
	toleratedShare = 0.01
	toleratedTime  = time.Second
)

// Limits are the bounds that the policies enforce. The registry announces the mesh's limits, which are the ceiling: the
// environment, the agent and the call can only narrow them.
type Limits struct {
	Enabled           bool          // whether delegations are allowed; default true
	DefaultTimeout    time.Duration // of a call that sets no timeout; default 30 s
	MaxTimeout        time.Duration // the longest timeout of a call; default 300 s
	StreamIdleTimeout time.Duration // the longest time between two events of a stream; default 60 s
	MaxHops           int           // hops in a chain; default 5
	AllowRevisits     bool          // whether an agent in the path may be called again; default false
	MaxMessageBytes   int           // serialized bytes of one request or response; default 1 MiB
	MaxDelegations    int           // open delegations per conversation (policy_concurrency.go); default 10
	MaxRetries        int           // retries of one call; default 3
	MaxReplyBytes     int           // serialized bytes of a whole streamed reply; default 8 MiB
}

// DefaultLimits returns the limits of a mesh that configures none.
func DefaultLimits() Limits {
	return Limits{
		Enabled: true, DefaultTimeout: 30 * time.Second, MaxTimeout: 300 * time.Second,
		StreamIdleTimeout: 60 * time.Second, MaxHops: 5, MaxMessageBytes: 1 << 20, MaxDelegations: 10, MaxRetries: 3,
		MaxReplyBytes: 8 << 20,
	}
}

// Narrow lowers some limits. A nil field leaves its limit unchanged. The fields are those of Limits.
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

// narrow returns the stricter value of each limit.
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

// limitsFrom returns the announced limits, with the defaults for those that are not set. given has passed checkFields.
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

// toProto returns the limits that are set, for the agent card.
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

// childTimeout returns the timeout of a child call: the asked one, at most the parent's remaining time less a margin.
func childTimeout(remaining time.Duration, asked time.Duration) time.Duration {
	margin := time.Duration(float64(remaining) * answerMargin)
	return min(remaining-min(margin, maxAnswerMargin), asked)
}
