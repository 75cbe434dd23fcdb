package botmesh

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"google.golang.org/grpc/codes"
)

// Reason is the machine-readable cause of an error: a name of the contract's ErrorReason without its prefix. A Reason is
// itself an error, so that errors.Is(err, botmesh.ReasonHopLimit) works.
type Reason string

// Error makes a Reason a target for errors.Is.
func (r Reason) Error() string { return string(r) }

// The reasons, each with its gRPC code and when it is used.
const (
	ReasonUnspecified         Reason = "UNSPECIFIED"          // any: a status without a Botmesh reason
	ReasonDeadlineExpired     Reason = "DEADLINE_EXPIRED"     // DEADLINE_EXCEEDED: the deadline passed
	ReasonDeadlineTooLong     Reason = "DEADLINE_TOO_LONG"    // INVALID_ARGUMENT: a deadline over the limit
	ReasonStreamIdle          Reason = "STREAM_IDLE"          // DEADLINE_EXCEEDED: a stream was silent for too long
	ReasonCancelled           Reason = "CANCELLED"            // CANCELLED: the caller gave up, or the work was stopped
	ReasonHopLimit            Reason = "HOP_LIMIT"            // FAILED_PRECONDITION: the chain has more hops than allowed
	ReasonLoop                Reason = "LOOP"                 // FAILED_PRECONDITION: the agent is already in the path
	ReasonMessageTooLarge     Reason = "MESSAGE_TOO_LARGE"    // RESOURCE_EXHAUSTED: a request, response or reply over the limit
	ReasonTooManyDelegations  Reason = "TOO_MANY_DELEGATIONS" // RESOURCE_EXHAUSTED: too many open in this conversation
	ReasonOutcomeUnknown      Reason = "OUTCOME_UNKNOWN"      // UNAVAILABLE: the connection was lost; the work may have run
	ReasonMessageIDReused     Reason = "MESSAGE_ID_REUSED"    // INVALID_ARGUMENT: the id was used with another payload
	ReasonTooMuchWork         Reason = "TOO_MUCH_WORK"        // RESOURCE_EXHAUSTED: the instance runs as much work as it may
	ReasonUnknownAgent        Reason = "UNKNOWN_AGENT"        // NOT_FOUND: no agent of that name
	ReasonNoLiveInstance      Reason = "NO_LIVE_INSTANCE"     // UNAVAILABLE: the agent is registered, but has no live instance
	ReasonUnreachable         Reason = "UNREACHABLE"          // UNAVAILABLE: no connection; nothing was sent
	ReasonWrongInstance       Reason = "WRONG_INSTANCE"       // UNAVAILABLE: another process answers at that address
	ReasonDraining            Reason = "DRAINING"             // UNAVAILABLE: the instance takes no new work
	ReasonDisabled            Reason = "DISABLED"             // FAILED_PRECONDITION: delegations are switched off
	ReasonMetadataMismatch    Reason = "METADATA_MISMATCH"    // INVALID_ARGUMENT: message and metadata differ
	ReasonInvalidField        Reason = "INVALID_FIELD"        // INVALID_ARGUMENT: a field or metadata key is malformed
	ReasonNotSupported        Reason = "NOT_SUPPORTED"        // UNIMPLEMENTED: the agent does not serve this method
	ReasonAgentFailed         Reason = "AGENT_FAILED"         // FAILED_PRECONDITION: a bot declared a failure
	ReasonAgentError          Reason = "AGENT_ERROR"          // INTERNAL: a bot failed unexpectedly; only its log has the cause
	ReasonRegistryUnreachable Reason = "REGISTRY_UNREACHABLE" // UNAVAILABLE: the registry does not answer
	ReasonUnknownLease        Reason = "UNKNOWN_LEASE"        // NOT_FOUND: the registry has no such lease; register again
	ReasonEpochChanged        Reason = "EPOCH_CHANGED"        // ABORTED: the conversation has another owner
	ReasonInstanceIDTaken     Reason = "INSTANCE_ID_TAKEN"    // ALREADY_EXISTS: another process holds a lease under this instance id
	ReasonTooManyInstances    Reason = "TOO_MANY_INSTANCES"   // RESOURCE_EXHAUSTED: the registry takes no more instances
	ReasonAddressNotAllowed   Reason = "ADDRESS_NOT_ALLOWED"  // INVALID_ARGUMENT: the address is neither the caller's own nor in an allowed range
	ReasonWatcherTooSlow      Reason = "WATCHER_TOO_SLOW"     // UNAVAILABLE: the watcher read too slowly and was dropped; watch again
	ReasonUnknownTrace        Reason = "UNKNOWN_TRACE"        // NOT_FOUND: no span of this trace is kept
	ReasonUnknownConversation Reason = "UNKNOWN_CONVERSATION" // NOT_FOUND: no conversation of this id
	ReasonTransferToSelf      Reason = "TRANSFER_TO_SELF"     // FAILED_PRECONDITION: a conversation cannot be transferred to its owner
	ReasonTargetInternal      Reason = "TARGET_INTERNAL"      // FAILED_PRECONDITION: an internal agent never owns a conversation
	ReasonTransferOpen        Reason = "TRANSFER_OPEN"        // FAILED_PRECONDITION: another transfer of the conversation is under way
	ReasonPingPong            Reason = "PING_PONG"            // FAILED_PRECONDITION: too many transfers between the same two
	ReasonConversationStopped Reason = "CONVERSATION_STOPPED" // FAILED_PRECONDITION: the conversation is stopped; activate it first
	ReasonNotClaimed          Reason = "NOT_CLAIMED"          // FAILED_PRECONDITION: the person does not hold the conversation
	ReasonLogUnavailable      Reason = "LOG_UNAVAILABLE"      // UNAVAILABLE: the write could not be made durable; nothing was stored
	ReasonUnknownSuggestion   Reason = "UNKNOWN_SUGGESTION"   // NOT_FOUND: the turn has no suggested reply waiting
	ReasonUnknownPerson       Reason = "UNKNOWN_PERSON"       // NOT_FOUND: the desk has no person of that name
	ReasonUnknownSkill        Reason = "UNKNOWN_SKILL"        // NOT_FOUND: no live agent declares this skill
	ReasonUnknownTask         Reason = "UNKNOWN_TASK"         // NOT_FOUND: no task of this id
	ReasonTaskNotWaiting      Reason = "TASK_NOT_WAITING"     // FAILED_PRECONDITION: the task asks for no input
	ReasonQueueFull           Reason = "QUEUE_FULL"           // RESOURCE_EXHAUSTED: the agent's queue of tasks is full
	ReasonQueueExpired        Reason = "QUEUE_EXPIRED"        // DEADLINE_EXCEEDED: the task waited too long for its agent
	ReasonRunTimeout          Reason = "RUN_TIMEOUT"          // DEADLINE_EXCEEDED: the task ran too long
	ReasonNotAMember          Reason = "NOT_A_MEMBER"         // FAILED_PRECONDITION: the agent neither owns the conversation nor is a member
	ReasonBudgetSpent         Reason = "BUDGET_SPENT"         // FAILED_PRECONDITION: a budget of the chain, the conversation or the account is spent
	ReasonQuotaExceeded       Reason = "QUOTA_EXCEEDED"       // RESOURCE_EXHAUSTED: a quota of the connection, conversation or account is used up
	ReasonUnknownContact      Reason = "UNKNOWN_CONTACT"      // NOT_FOUND: no contact of this id or address
	ReasonAddressTaken        Reason = "ADDRESS_TAKEN"        // ALREADY_EXISTS: another contact has the address
	ReasonConversationOpen    Reason = "CONVERSATION_OPEN"    // FAILED_PRECONDITION: a conversation is open on the channel
	ReasonConversationClosed  Reason = "CONVERSATION_CLOSED"  // FAILED_PRECONDITION: the conversation has ended
)

var codeOf = map[Reason]codes.Code{
	ReasonDeadlineExpired:     codes.DeadlineExceeded,
	ReasonDeadlineTooLong:     codes.InvalidArgument,
	ReasonStreamIdle:          codes.DeadlineExceeded,
	ReasonCancelled:           codes.Canceled,
	ReasonHopLimit:            codes.FailedPrecondition,
	ReasonLoop:                codes.FailedPrecondition,
	ReasonMessageTooLarge:     codes.ResourceExhausted,
	ReasonTooManyDelegations:  codes.ResourceExhausted,
	ReasonOutcomeUnknown:      codes.Unavailable,
	ReasonMessageIDReused:     codes.InvalidArgument,
	ReasonTooMuchWork:         codes.ResourceExhausted,
	ReasonUnknownAgent:        codes.NotFound,
	ReasonNoLiveInstance:      codes.Unavailable,
	ReasonUnreachable:         codes.Unavailable,
	ReasonWrongInstance:       codes.Unavailable,
	ReasonDraining:            codes.Unavailable,
	ReasonDisabled:            codes.FailedPrecondition,
	ReasonMetadataMismatch:    codes.InvalidArgument,
	ReasonInvalidField:        codes.InvalidArgument,
	ReasonNotSupported:        codes.Unimplemented,
	ReasonAgentFailed:         codes.FailedPrecondition,
	ReasonAgentError:          codes.Internal,
	ReasonRegistryUnreachable: codes.Unavailable,
	ReasonUnknownLease:        codes.NotFound,
	ReasonEpochChanged:        codes.Aborted,
	ReasonInstanceIDTaken:     codes.AlreadyExists,
	ReasonTooManyInstances:    codes.ResourceExhausted,
	ReasonAddressNotAllowed:   codes.InvalidArgument,
	ReasonWatcherTooSlow:      codes.Unavailable,
	ReasonUnknownTrace:        codes.NotFound,
	ReasonUnknownConversation: codes.NotFound,
	ReasonTransferToSelf:      codes.FailedPrecondition,
	ReasonTargetInternal:      codes.FailedPrecondition,
	ReasonTransferOpen:        codes.FailedPrecondition,
	ReasonPingPong:            codes.FailedPrecondition,
	ReasonConversationStopped: codes.FailedPrecondition,
	ReasonNotClaimed:          codes.FailedPrecondition,
	ReasonLogUnavailable:      codes.Unavailable,
	ReasonUnknownSuggestion:   codes.NotFound,
	ReasonUnknownPerson:       codes.NotFound,
	ReasonUnknownSkill:        codes.NotFound,
	ReasonUnknownTask:         codes.NotFound,
	ReasonTaskNotWaiting:      codes.FailedPrecondition,
	ReasonQueueFull:           codes.ResourceExhausted,
	ReasonQueueExpired:        codes.DeadlineExceeded,
	ReasonRunTimeout:          codes.DeadlineExceeded,
	ReasonNotAMember:          codes.FailedPrecondition,
	ReasonBudgetSpent:         codes.FailedPrecondition,
	ReasonQuotaExceeded:       codes.ResourceExhausted,
	ReasonUnknownContact:      codes.NotFound,
	ReasonAddressTaken:        codes.AlreadyExists,
	ReasonConversationOpen:    codes.FailedPrecondition,
	ReasonConversationClosed:  codes.FailedPrecondition,
}

// neverStarted holds the reasons of refusals: errors raised before work starts.
var neverStarted = map[Reason]bool{
	ReasonDeadlineTooLong: true, ReasonHopLimit: true, ReasonLoop: true, ReasonTooManyDelegations: true,
	ReasonMessageIDReused: true, ReasonTooMuchWork: true, ReasonUnknownAgent: true, ReasonNoLiveInstance: true,
	ReasonUnreachable: true, ReasonWrongInstance: true, ReasonDraining: true, ReasonDisabled: true,
	ReasonMetadataMismatch: true, ReasonInvalidField: true, ReasonNotSupported: true,
	ReasonRegistryUnreachable: true, ReasonUnknownLease: true,
	ReasonInstanceIDTaken:     true,
	ReasonTooManyInstances:    true,
	ReasonAddressNotAllowed:   true,
	ReasonWatcherTooSlow:      true,
	ReasonUnknownTrace:        true,
	ReasonUnknownConversation: true,
	ReasonTransferToSelf:      true,
	ReasonTargetInternal:      true,
	ReasonTransferOpen:        true,
	ReasonPingPong:            true,
	ReasonConversationStopped: true,
	ReasonNotClaimed:          true,
	ReasonLogUnavailable:      true,
	ReasonUnknownSuggestion:   true,
	ReasonUnknownPerson:       true,
	ReasonUnknownSkill:        true,
	ReasonUnknownTask:         true,
	ReasonTaskNotWaiting:      true,
	ReasonQueueFull:           true,
	ReasonNotAMember:          true,
	ReasonBudgetSpent:         true,
	ReasonQuotaExceeded:       true,
	ReasonUnknownContact:      true,
	ReasonAddressTaken:        true,
	ReasonConversationOpen:    true,
	ReasonConversationClosed:  true,
}

const maxText = 1024 // characters; an error travels in metadata, which gRPC caps at 16 KiB

// Error is the error type of this package.
type Error struct {
	// Reason is the cause; ReasonUnspecified for an error of gRPC or of a peer that is not part of Botmesh.
	Reason Reason
	// Code is the gRPC status code.
	Code codes.Code
	// Text is a sentence for people: what happened and what to do.
	Text string
	// Metadata holds facts for programs. error_reason.proto documents the keys of each reason.
	Metadata map[string]string
	// Agent and Instance raised the error; both are empty if a client in this process did.
	Agent, Instance string
	// Hop is the number of hops of the chain at the end that raised the error.
	Hop int
	// Path is the chain's path at that end, oldest agent first.
	Path []string
	// Started is false only if the work certainly did not start.
	Started bool
	// TraceID is the chain's trace id, 32 hex digits; empty if nothing is traced.
	TraceID string
	// FromPeer is true if a peer sent the error, false if this process made it.
	FromPeer bool
}

// Error returns the text, and the agent that raised the error if a peer sent it.
func (e *Error) Error() string {
	if e.FromPeer && e.Agent != "" {
		return fmt.Sprintf("%s (%s says so)", e.Text, e.Agent)
	}
	return e.Text
}

// Is reports whether target is the Reason of this error.
func (e *Error) Is(target error) bool {
	reason, ok := target.(Reason)
	return ok && e.Reason == reason
}

// Fail returns the error by which a bot declares a failure. The caller gets AGENT_FAILED with this text.
func Fail(format string, args ...any) error {
	return refusal(ReasonAgentFailed, nil, format, args...)
}

// refusal makes an error of this process. The reason sets the code and Started; facts become Metadata.
func refusal(reason Reason, facts map[string]any, format string, args ...any) *Error {
	metadata := make(map[string]string, len(facts))
	for key, value := range facts {
		metadata[key] = fmt.Sprint(value)
	}
	return &Error{
		Reason: reason, Code: codeOf[reason], Text: shortened(fmt.Sprintf(format, args...)), Metadata: metadata,
		Started: !neverStarted[reason],
	}
}

// shortened cuts a text to at most maxText characters.
func shortened(text string) string {
	if len(text) <= maxText {
		return text
	}
	count := 0
	for at := range text {
		if count++; count == maxText {
			if _, size := utf8.DecodeRuneInString(text[at:]); at+size == len(text) {
				return text
			}
			return text[:at] + "…"
		}
	}
	return text
}

// invalid returns INVALID_FIELD for a field.
func invalid(field, format string, args ...any) *Error {
	return refusal(ReasonInvalidField, map[string]any{"field": field}, format, args...)
}

func pathText(path []string, last string) string {
	return strings.Join(append(append([]string{}, path...), last), " → ")
}
