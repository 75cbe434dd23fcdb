// Package scripted is a bot that runs the script in its task, so that the conformance kit can exercise this SDK.
// docs/conformance.md describes the steps.
package scripted

import (
	"context"
	"os"
	"strings"
	"sync"
	"syscall"
	"time"

	botmesh "github.com/botmesh/botmesh/clients/go"
	pb "github.com/botmesh/botmesh/clients/go/botmeshv1"
)

// Agent returns the scripted bot with the given name.
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

// step is one step of a script, or the variables of a task.
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

// run is the state of one running script.
type run struct {
	task    *botmesh.Task
	turn    *botmesh.Conversation
	reply   botmesh.Reply
	results []any
}

// do runs the steps of the script. A task without a script is answered with its own parts.
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
	case "opening":
		return r.opening()
	case "not_mine":
		r.reply.NotMine = true
	default:
		return r.act(ctx, op, s)
	}
	return nil
}

// act runs a step that fails, or that appends to results.
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
	case "hand_to_person":
		r.results = append(r.results, r.handToPerson(ctx, s))
	case "close":
		if r.turn == nil {
			return botmesh.Fail("this step needs a turn")
		}
		result := map[string]any{"ok": true}
		if err := r.turn.Close(ctx, s.text("reason", "")); err != nil {
			result = failure(err)
		}
		r.results = append(r.results, result)
	default:
		return botmesh.Fail("there is no step %q", op)
	}
	return nil
}

func (r *run) handToPerson(ctx context.Context, s step) map[string]any {
	asked, err := r.task.HandToPerson(ctx, s.text("reason", ""), botmesh.PersonRequest{Message: s.text("message", "")})
	if err != nil {
		return failure(err)
	}
	return map[string]any{
		"ok": true, "outcome": string(asked.Outcome), "queue_position": asked.QueuePosition,
		"conversation_id": asked.ConversationID,
	}
}

// opening replies with how the conversation was opened: an empty object if the contact spoke first.
func (r *run) opening() error {
	if r.turn == nil {
		return botmesh.Fail("this step needs a turn")
	}
	seen := map[string]any{}
	if opening := r.turn.Opening(); opening != nil {
		seen = map[string]any{"trigger": opening.Trigger, "intent": opening.IntentId, "reason": opening.Reason}
	}
	return r.data(seen)
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

// report returns everything that the SDK shows a bot about its call.
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
