package botmesh

import (
	"iter"
	"slices"
	"strings"

	"google.golang.org/protobuf/proto"

	pb "github.com/botmesh/botmesh/clients/go/botmeshv1"
)

// ReplyStream is a reply as it comes.
type ReplyStream struct {
	run   func(take func(Event) bool) (*Reply, error)
	reply *Reply
	err   error
}

// Events iterates over the events, once. Leaving the loop early cancels the callee.
func (s *ReplyStream) Events() iter.Seq[Event] {
	return func(yield func(Event) bool) { s.reply, s.err = s.run(yield) }
}

// Reply is the whole reply, or why there is none, once the events have ended; nil and no error where the loop was left.
func (s *ReplyStream) Reply() (*Reply, error) { return s.reply, s.err }

// collector turns the contract's events into ours and puts the reply together.
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

// Event is one event of a stream. All parts in order make the whole reply, unless a reset voids those before it.
type Event struct {
	// Part is a piece of the reply; nil for anything else.
	Part *Part
	// Append says that the piece's text continues the text of the piece before it.
	Append bool
	// Progress is what is being done; for people, no part of the reply.
	Progress string
	// Fraction is the share that is done, 0 to 1; nil: not said.
	Fraction *float64
	// Reset is why the work runs again: forget all pieces before.
	Reset string
}

// Text is the piece's text; empty for anything else.
func (e Event) Text() string { return e.Part.GetText() }

// pieces puts the pieces of a stream together.
type pieces struct {
	parts []*Part
	more  strings.Builder // what continues the text of the last of them
}

func (p *pieces) add(part *Part, appends bool) {
	if appends && len(p.parts) > 0 {
		if _, ok := p.parts[len(p.parts)-1].Content.(*pb.Part_Text); ok {
			p.more.WriteString(part.GetText()) // joined once: there may be thousands
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

// whole is a reply with the pieces before its own parts.
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
