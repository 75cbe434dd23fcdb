// Package scripted is the bot that does what its task says, so that the conformance kit can make this SDK do anything.
// docs/conformance.md says what each step does.
package scripted

import (
	"context"
	"fmt"
	"os"
	"strings"
	"sync"
	"syscall"
	"time"

	botmesh "github.com/botmesh/botmesh/clients/go"
	pb "github.com/botmesh/botmesh/clients/go/botmeshv1"
)

// Agent is the scripted bot under a name.
func Agent(name string) *botmesh.Agent {
	return &botmesh.Agent{
		Name:        name,
		Description: "Does what its task says",
		Skills: []*pb.Skill{
			{Id: "scripted", Description: "Does a script"},
			{Id: "safe", Description: "Does a script that may be done twice", Idempotent: true},
		},
		OnDelegate: func(ctx context.Context, task *botmesh.Task) (*botmesh.Reply, error) { return do(ctx, task, nil) },
		OnTurn:     func(ctx context.Context, c *botmesh.Conversation) (*botmesh.Reply, error) { return do(ctx, c.Task, c) },
		OnNotify: func(context.Context, *botmesh.Task) error {
			count("notified", 1)
			return nil
		},
		OnTransfer: offered,
	}
}

func offered(ctx context.Context, task *botmesh.Task, _ *pb.TransferOffer) (string, error) {
	given := step(task.Context())
	switch given.text("transfer", "accept") {
	case "decline":
		return given.text("transfer_reason", "declined"), nil
	case "hang":
		<-ctx.Done()
		return "", ctx.Err()
	case "crash":
		panic("a bug")
	}
	return "", nil
}

var counts = struct {
	sync.Mutex
	by map[string]int
}{by: map[string]int{}}

func count(key string, more int) int {
	counts.Lock()
	defer counts.Unlock()
	counts.by[key] += more
	return counts.by[key]
}

// step is one step of a script, or any other variables.
type step map[string]any

func (s step) text(key, otherwise string) string {
	if text, ok := s[key].(string); ok {
		return text
	}
	return otherwise
}

func (s step) number(key string) (float64, bool) {
	number, ok := s[key].(float64)
	return number, ok
}

func (s step) duration(key string) (time.Duration, bool) {
	number, ok := s.number(key)
	return time.Duration(number * float64(time.Second)), ok
}

// run is one task that is being done, and what its steps have left behind.
type run struct {
	task    *botmesh.Task
	turn    *botmesh.Conversation
	reply   botmesh.Reply
	results []any
}

// do does the script, step by step; without one it answers with what came.
func do(ctx context.Context, task *botmesh.Task, turn *botmesh.Conversation) (*botmesh.Reply, error) {
	script, _ := task.Context()["script"].([]any)
	if len(script) == 0 {
		return &botmesh.Reply{Parts: task.Parts()}, nil
	}
	doing := &run{task: task, turn: turn}
	for _, step := range script {
		fields, _ := step.(map[string]any)
		if err := doing.step(ctx, fields); err != nil {
			return nil, err
		}
	}
	if len(doing.reply.Parts) == 0 && len(doing.results) > 0 {
		if err := doing.data(map[string]any{"results": doing.results}); err != nil {
			return nil, err
		}
	}
	return &doing.reply, nil
}

func (r *run) step(ctx context.Context, s step) error {
	switch op := s.text("op", ""); op {
	case "echo":
		r.reply.Parts = append(r.reply.Parts, r.task.Parts()...)
	case "text":
		r.reply.Parts = append(r.reply.Parts, botmesh.Text(s.text("text", "")))
	case "bytes":
		size, _ := s.number("size")
		r.reply.Parts = append(r.reply.Parts, botmesh.Text(strings.Repeat("x", int(size))))
	case "report":
		return r.data(r.report())
	case "sleep":
		pause, _ := s.duration("seconds")
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return ctx.Err()
		}
	case "partial":
		if appends, _ := s["append"].(bool); appends {
			return r.task.Write(ctx, s.text("text", ""))
		}
		return r.task.WritePart(ctx, botmesh.Text(s.text("text", "")))
	case "progress":
		fraction, said := s.number("fraction")
		if !said {
			fraction = -1
		}
		return r.task.Progress(ctx, s.text("text", ""), fraction)
	case "confidence":
		value, _ := s.number("value")
		r.reply.Sure(value)
	case "usage":
		r.reply.Usage = usage(s)
	case "not_mine":
		r.reply.NotMine = true
	default:
		return r.act(ctx, op, s)
	}
	return nil
}

// act does a step that ends in a failure or leaves a result.
func (r *run) act(ctx context.Context, op string, s step) error {
	switch op {
	case "fail":
		return botmesh.Fail("%s", s.text("text", "failed"))
	case "crash":
		panic(s.text("text", "a bug"))
	case "exit":
		return syscall.Kill(os.Getpid(), syscall.SIGKILL)
	case "count":
		r.results = append(r.results, map[string]any{"count": count(s.text("key", ""), 1)})
	case "counted":
		r.results = append(r.results, map[string]any{"count": count(s.text("key", ""), 0)})
	case "delegate":
		r.results = append(r.results, delegate(ctx, r.task, s))
	case "parallel":
		r.results = append(r.results, r.parallel(ctx, s))
	case "notify":
		result := map[string]any{"ok": true}
		if _, err := r.task.Send(ctx, s.text("to", ""), s.text("text", "")); err != nil {
			result = failure(err)
		}
		r.results = append(r.results, result)
	default:
		return botmesh.Fail("there is no step %q", op)
	}
	return nil
}

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

func (r *run) data(value any) error {
	part, err := botmesh.Data(value)
	if err == nil {
		r.reply.Parts = append(r.reply.Parts, part)
	}
	return err
}

func usage(s step) *botmesh.Usage {
	number := func(key string) int64 {
		value, _ := s.number(key)
		return int64(value)
	}
	return &botmesh.Usage{
		Model: s.text("model", ""), InputTokens: number("input_tokens"), OutputTokens: number("output_tokens"),
		CostMicros: number("cost_micros"), Currency: s.text("currency", ""),
	}
}

// report is what the bot sees of the call.
func (r *run) report() map[string]any {
	task := r.task
	variables := task.Context()
	delete(variables, "script")
	path := make([]any, 0, len(task.Path()))
	for _, agent := range task.Path() {
		path = append(path, agent)
	}
	seen := map[string]any{
		"from_agent": task.FromAgent(), "to_agent": task.Message.ToAgent,
		"message_type": strings.TrimPrefix(task.Message.MessageType.String(), "MESSAGE_TYPE_"),
		"message_id":   task.MessageID(), "correlation_id": task.CorrelationID(),
		"conversation_id": task.ConversationID(), "account_id": task.Account(), "skill_id": task.Skill(),
		"text": task.Text(), "context": variables, "path": path, "max_hops": task.MaxHops(),
		"deadline_seconds": time.Until(task.Deadline()).Seconds(), "trace_id": task.TraceID(),
	}
	if r.turn != nil {
		seen["turn"] = map[string]any{
			"turn_id": r.turn.Turn.TurnId, "epoch": r.turn.Turn.Epoch, "contact_id": r.turn.ContactID(),
			"channel": r.turn.Channel(), "transferred_from": r.turn.TransferredFrom(), "intent": r.turn.Intent(),
		}
	}
	return seen
}

// delegate is what came of asking another agent.
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
