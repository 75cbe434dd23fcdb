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
	maxValue    = 512  // bytes of one fact
	maxReason   = 64   // bytes of a peer's reason
	maxFacts    = 16   // of an error
	maxPathText = 2048 // bytes
)

var commonFacts = map[string]bool{
	"agent": true, "instance": true, "hop": true, "path": true, "started": true, "trace_id": true,
}

// asError is any error as one that may cross the wire; the text of unknown ones is left behind.
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

// toStatus packs an error into a gRPC status with google.rpc.ErrorInfo, under 8 KiB whatever it holds.
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

// fromStatus is the error that a peer sent. A status without ErrorInfo was made by gRPC: a deadline or size limit
// of its own is mapped to ours, the rest keeps its code without a reason.
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

// known is a code of gRPC's: a peer may send any number.
func known(code codes.Code) codes.Code {
	if CodeName(code) == "" || code == codes.OK {
		return codes.Unknown
	}
	return code
}

// cut is a text of at most so many bytes, and UTF-8: nothing else crosses the wire.
func cut(text string, maxBytes int) string {
	return strings.ToValidUTF8(text[:min(len(text), maxBytes)], "")
}
