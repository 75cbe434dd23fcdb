package scripted

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	botmesh "github.com/botmesh/botmesh/clients/go"
)

func (r *run) parallel(ctx context.Context, s step) any {
	steps, _ := s["steps"].([]any)
	results := make([]any, len(steps))
	var all sync.WaitGroup
	for index, step := range steps {
		fields, _ := step.(map[string]any)
		all.Go(func() { results[index] = delegate(ctx, r.task, fields) })
	}
	all.Wait()
	return results
}

// delegate delegates as the step says and returns the outcome.
func delegate(ctx context.Context, task *botmesh.Task, s step) map[string]any {
	var opts []botmesh.Option
	if timeout, ok := s.duration("timeout"); ok {
		opts = append(opts, botmesh.Timeout(timeout))
	}
	if hops, ok := s.number("max_hops"); ok {
		opts = append(opts, botmesh.MaxHops(int(hops)))
	}
	if variables, ok := s["context"].(map[string]any); ok {
		opts = append(opts, botmesh.Context(variables))
	}
	opts = append(opts, botmesh.Skill(s.text("skill", "")), botmesh.MessageID(s.text("message_id", "")),
		botmesh.ConversationID(s.text("conversation_id", "")))
	text := s.text("text", "")
	if size, ok := s.number("size"); ok {
		text = strings.Repeat("x", int(size))
	}
	if pause, ok := s.duration("cancel_after"); ok {
		cancelled, cancel := context.WithCancel(ctx)
		defer time.AfterFunc(pause, cancel).Stop()
		ctx = cancelled
	}
	if streams, _ := s["stream"].(bool); streams {
		return stream(ctx, task, s, text, opts)
	}
	reply, err := task.Delegate(ctx, s.text("to", ""), text, opts...)
	if err != nil {
		return failure(err)
	}
	return success(reply)
}

func stream(ctx context.Context, task *botmesh.Task, s step, text string, opts []botmesh.Option) map[string]any {
	coming := task.Stream(ctx, s.text("to", ""), text, opts...)
	leave, leaves := s.number("leave_after")
	events, resets := 0, 0
	for event := range coming.Events() {
		events++
		if event.Reset != "" {
			resets++
		}
		if leaves && events == int(leave) {
			return map[string]any{"ok": true, "left": true, "events": events}
		}
	}
	reply, err := coming.Reply()
	if err != nil {
		return failure(err)
	}
	result := success(reply)
	result["events"], result["resets"] = events, resets
	return result
}

func success(reply *botmesh.Reply) map[string]any {
	result := map[string]any{
		"ok": true, "data": nil, "confidence": nil,
		"events": 0, "resets": 0, "instance_id": reply.Instance,
	}
	var texts strings.Builder
	for _, part := range reply.Parts {
		texts.WriteString(part.GetText())
		if value := part.GetData(); value != nil && result["data"] == nil {
			result["data"] = value.AsInterface()
		}
	}
	result["text"] = texts.String()
	if reply.Confidence != nil {
		result["confidence"] = *reply.Confidence
	}
	return result
}

func failure(err error) map[string]any {
	e, ok := err.(*botmesh.Error)
	if !ok {
		return map[string]any{"ok": false, "code": "UNKNOWN", "text": fmt.Sprint(err)}
	}
	fields := map[string]any{}
	for key, value := range e.Metadata {
		fields[key] = value
	}
	return map[string]any{
		"ok": false, "code": botmesh.CodeName(e.Code), "reason": string(e.Reason), "fields": fields,
		"started": e.Started, "text": e.Text,
	}
}
