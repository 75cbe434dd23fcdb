package botmesh

import (
	"iter"
	"slices"
	"strings"

	"google.golang.org/protobuf/proto"

	pb "github.com/botmesh/botmesh/clients/go/botmeshv1"
)

// ReplyStream is a streamed reply: iterate over Events, then call Reply.
type ReplyStream struct {
	run   func(take func(Event) bool) (*Reply, error)
	reply *Reply
	err   error
}

// Events sends the request and returns its events. Iterate once. Leaving the loop early cancels the callee.
func (s *ReplyStream) Events() iter.Seq[Event] {
	return func(yield func(Event) bool) { s.reply, s.err = s.run(yield) }
}

// Reply returns the whole reply or the error after Events has ended. It returns nil, nil if the loop was left early.
func (s *ReplyStream) Reply() (*Reply, error) { return s.reply, s.err }

// collector converts the contract's events to Event and assembles the reply.
type collector struct {
	yield   func(Event) bool
	pieces  pieces
	reply   *pb.Reply
	stopped bool
}

func (c *collector) event(response *pb.DelegateStreamResponse) bool {
	switch event := response.Event.(type) {
	case *pb.DelegateStreamResponse_Partial:
		part := event.Partial.Part
		if part == nil {
			part = &pb.Part{}
		}
		c.pieces.add(part, event.Partial.Append)
		return c.emit(Event{Part: part, Append: event.Partial.Append})
	case *pb.DelegateStreamResponse_Progress:
		return c.emit(Event{Progress: event.Progress.Text, Fraction: event.Progress.Fraction})
	case *pb.DelegateStreamResponse_Reset_:
		c.pieces = pieces{}
		return c.emit(Event{Reset: event.Reset_.Reason})
	case *pb.DelegateStreamResponse_Reply:
		c.reply = c.pieces.whole(event.Reply)
		for _, part := range event.Reply.GetMessage().GetPayload() {
			if !c.emit(Event{Part: part}) {
				return false
			}
		}
	}
	return true
}

func (c *collector) emit(event Event) bool {
	c.stopped = c.stopped || !c.yield(event)
	return !c.stopped
}

// Event is one event of a stream. The parts in order are the whole reply; a reset discards the parts before it.
type Event struct {
	// Part is a piece of the reply; nil for anything else.
	Part *Part
	// Append is true if the piece's text continues the text of the piece before it.
	Append bool
	// Progress tells people what the callee does now. It is not part of the reply.
	Progress string
	// Fraction is the share of the work that is done, 0 to 1; nil if not set.
	Fraction *float64
	// Reset is the reason why the work runs again; discard all pieces before it. Empty for any other event.
	Reset string
}

// Text returns the text of the piece; empty for any other event.
func (e Event) Text() string { return e.Part.GetText() }

// pieces assembles the pieces of a stream.
type pieces struct {
	parts []*Part
	more  strings.Builder // text to append to the last part
}

func (p *pieces) add(part *Part, appends bool) {
	if appends && len(p.parts) > 0 {
		if _, ok := p.parts[len(p.parts)-1].Content.(*pb.Part_Text); ok {
			p.more.WriteString(part.GetText()) // joined later in one step: there may be thousands of pieces
			return
		}
	}
	p.join()
	if part == nil {
		part = &pb.Part{}
	}
	p.parts = append(p.parts, proto.CloneOf(part))
}

func (p *pieces) join() {
	if p.more.Len() > 0 {
		text := p.parts[len(p.parts)-1].Content.(*pb.Part_Text)
		text.Text += p.more.String()
		p.more.Reset()
	}
}

// whole returns the reply with the pieces before its own parts.
func (p *pieces) whole(reply *pb.Reply) *pb.Reply {
	if len(p.parts) == 0 {
		return reply
	}
	p.join()
	complete := proto.CloneOf(reply)
	if complete == nil {
		complete = &pb.Reply{}
	}
	if complete.Message == nil {
		complete.Message = &pb.Message{}
	}
	complete.Message.Payload = append(slices.Clone(p.parts), complete.Message.Payload...)
	return complete
}
