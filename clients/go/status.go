package botmesh

import (
	"context"
	"errors"
	"strconv"
	"strings"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

const (
	errorDomain = "botmesh"
	maxValue    = 512  // bytes of one value of ErrorInfo.metadata
	maxReason   = 64   // bytes of a reason, a name or a key
	maxFacts    = 16   // reason-specific entries of ErrorInfo.metadata
	maxPathText = 2048 // bytes
)

var commonFacts = map[string]bool{
	"agent": true, "instance": true, "hop": true, "path": true, "started": true, "trace_id": true,
}

// asError converts any error to an *Error that may be sent to a peer. An unknown error becomes AGENT_ERROR without its
// text.
func asError(err error) *Error {
	var known *Error
	switch {
	case err == nil:
		return nil
	case errors.As(err, &known):
		return known
	case errors.Is(err, context.DeadlineExceeded):
		return refusal(ReasonDeadlineExpired, nil, "the deadline passed before the work was done")
	case errors.Is(err, context.Canceled):
		return refusal(ReasonCancelled, nil, "the work was cancelled")
	}
	if received, ok := status.FromError(err); ok {
		return fromStatus(received)
	}
	return refusal(ReasonAgentError, nil, "the agent failed inside; its log has the cause under this trace id")
}

// toStatus converts an error to a gRPC status with google.rpc.ErrorInfo. It cuts values so that the status fits into
// metadata.
func toStatus(e *Error) error {
	facts := map[string]string{}
	for key, value := range e.Metadata {
		if len(facts) < maxFacts && len(key) <= maxReason && !commonFacts[key] {
			facts[key] = cut(value, maxValue)
		}
	}
	facts["agent"], facts["instance"] = cut(e.Agent, maxReason), cut(e.Instance, maxReason)
	facts["hop"] = strconv.Itoa(e.Hop)
	facts["path"] = cut(strings.Join(e.Path, ","), maxPathText)
	facts["started"] = strconv.FormatBool(e.Started)
	facts["trace_id"] = cut(e.TraceID, maxReason)
	st := status.New(e.Code, strings.ToValidUTF8(shortened(e.Text), "\uFFFD"))
	detailed, err := st.WithDetails(&errdetails.ErrorInfo{
		Domain: errorDomain, Reason: cut(string(e.Reason), maxReason), Metadata: facts,
	})
	if err != nil {
		return st.Err()
	}
	return detailed.Err()
}

// fromStatus converts a received status. A status without ErrorInfo comes from gRPC: deadline, cancellation and size limit
// are mapped to reasons, and all others keep their code with ReasonUnspecified.
func fromStatus(received *status.Status) *Error {
	for _, detail := range received.Details() {
		if info, ok := detail.(*errdetails.ErrorInfo); ok && info.Domain == errorDomain {
			return fromInfo(info, received)
		}
	}
	text := received.Message()
	switch code := known(received.Code()); {
	case code == codes.DeadlineExceeded:
		return refusal(ReasonDeadlineExpired, nil,
			"the deadline passed before an answer came: allow more time or ask for less")
	case code == codes.Canceled:
		return refusal(ReasonCancelled, nil, "%s", text)
	case code == codes.ResourceExhausted && (strings.Contains(text, "larger than max") || strings.Contains(text, "exceeds maximum size")):
		return refusal(ReasonMessageTooLarge, nil, "the transport refused the message: %s; send less, or a URL", text)
	default:
		return &Error{Reason: ReasonUnspecified, Code: code, Text: text, Started: true, FromPeer: true}
	}
}

func fromInfo(info *errdetails.ErrorInfo, received *status.Status) *Error {
	e := &Error{
		Reason: Reason(info.Reason), Code: known(received.Code()), Text: received.Message(), Metadata: map[string]string{},
		Agent: info.Metadata["agent"], Instance: info.Metadata["instance"], TraceID: info.Metadata["trace_id"],
		Started: info.Metadata["started"] != "false", FromPeer: true,
	}
	e.Hop, _ = strconv.Atoi(info.Metadata["hop"])
	for _, agent := range strings.Split(info.Metadata["path"], ",") {
		if agent != "" {
			e.Path = append(e.Path, agent)
		}
	}
	for key, value := range info.Metadata {
		if !commonFacts[key] {
			e.Metadata[key] = value
		}
	}
	return e
}

// known returns the code, or UNKNOWN for a number that is no error code of gRPC.
func known(code codes.Code) codes.Code {
	if CodeName(code) == "" || code == codes.OK {
		return codes.Unknown
	}
	return code
}

// cut returns at most maxBytes bytes of a text, as valid UTF-8.
func cut(text string, maxBytes int) string {
	return strings.ToValidUTF8(text[:min(len(text), maxBytes)], "")
}
