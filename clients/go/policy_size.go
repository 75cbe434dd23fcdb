package botmesh

import (
	"google.golang.org/protobuf/proto"

	pb "github.com/botmesh/botmesh/clients/go/botmeshv1"
)

// maxPieces limits the pieces of a streamed reply, because a piece of a few bytes takes far more memory.
const maxPieces = 65_536

// sizePolicy limits the serialized bytes of each message, and of a whole streamed reply (work.go counts at the callee).
// gRPC's own limit is higher, so that the refusal has a Botmesh reason.
type sizePolicy struct{ noopPolicy }

func (sizePolicy) appliesTo() methodClass { return work | control }

func (p sizePolicy) caller(c *call) error { return p.sending(c, c.requestSize) }
func (p sizePolicy) callee(c *call) error { return p.received(c, c.requestSize) }

func (sizePolicy) sending(c *call, size int) error  { return checkSize(c, size, c.atCaller) }
func (sizePolicy) received(c *call, size int) error { return checkSize(c, size, !c.atCaller) }

// read counts the events of a streamed reply, so that an endless one does not fill the caller's memory. Progress does not
// count.
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

// replySize is the size of the events of a streamed reply so far. A reset counts too and does not lower it.
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
