package botmesh

import (
	"google.golang.org/protobuf/proto"

	pb "github.com/botmesh/botmesh/clients/go/botmeshv1"
)

// maxPieces is how many pieces a streamed reply may come in: one of a few bytes takes a hundred times that in memory.
const maxPieces = 65_536

// sizePolicy limits the serialized bytes of each message and of a streamed reply as a whole (work.go counts at the
// callee). The transport's own limit is higher, so that the refusal has a Botmesh reason.
type sizePolicy struct{ noopPolicy }

func (sizePolicy) appliesTo() methodClass { return work | control }

func (p sizePolicy) caller(c *call) error { return p.sending(c, c.requestSize) }
func (p sizePolicy) callee(c *call) error { return p.received(c, c.requestSize) }

func (sizePolicy) sending(c *call, size int) error  { return checkSize(c, size, c.atCaller) }
func (sizePolicy) received(c *call, size int) error { return checkSize(c, size, !c.atCaller) }

// read counts a streamed reply: one that never ends fills no caller's memory. Progress is no part of it.
func (sizePolicy) read(c *call, message proto.Message) error {
	event, ok := message.(*pb.DelegateStreamResponse)
	if !ok || !c.atCaller || !isOfReply(event) {
		return nil
	}
	return c.replySize.add(proto.Size(event), c.limits.MaxReplyBytes)
}

func isOfReply(event *pb.DelegateStreamResponse) bool {
	return event.Event != nil && event.GetProgress() == nil
}

// replySize is what the events of a streamed reply come to so far, resets included: a reset does not set it back.
type replySize struct{ bytes, pieces int }

func (s *replySize) add(size, limit int) error {
	s.bytes, s.pieces = s.bytes+size, s.pieces+1
	if s.bytes > limit {
		return replyTooLarge(s.bytes, limit, "the reply is %d bytes and more as a whole, and the limit %d: send less, or a URL",
			s.bytes, limit)
	}
	if s.pieces > maxPieces {
		return replyTooLarge(s.bytes, limit, "the reply comes in more than %d pieces: send larger ones", maxPieces)
	}
	return nil
}

func replyTooLarge(size, limit int, format string, args ...any) *Error {
	return refusal(ReasonMessageTooLarge, map[string]any{"size": size, "limit": limit, "direction": "reply"}, format, args...)
}

func checkSize(c *call, size int, request bool) error {
	limit := c.limits.MaxMessageBytes
	if size <= limit {
		return nil
	}
	direction := "response"
	if request {
		direction = "request"
	}
	e := refusal(ReasonMessageTooLarge, map[string]any{"size": size, "limit": limit, "direction": direction},
		"the %s is %d bytes and the limit %d: send less, a URL, or a stream of parts", direction, size, limit)
	e.Started = !request
	return e
}
