package botmesh

import (
	"errors"
	"math"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/structpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	pb "github.com/botmesh/botmesh/clients/go/botmeshv1"
)

// arrays returns a value of count nested arrays.
func arrays(count int) *structpb.Value {
	value := structpb.NewNumberValue(1)
	for range count {
		value = structpb.NewListValue(&structpb.ListValue{Values: []*structpb.Value{value}})
	}
	return value
}

// objects returns a value of count nested objects.
func objects(count int) *structpb.Value {
	value := structpb.NewNumberValue(1)
	for range count {
		value = structpb.NewStructValue(&structpb.Struct{Fields: map[string]*structpb.Value{"a": value}})
	}
	return value
}

func data(value *structpb.Value) *pb.DelegateRequest {
	return message(&pb.Message{Payload: []*pb.Part{Text("hi"), {Content: &pb.Part_Data{Data: value}}}})
}

func message(m *pb.Message) *pb.DelegateRequest { return &pb.DelegateRequest{Message: m} }

func at(seconds int64, nanos int32) *timestamppb.Timestamp {
	return &timestamppb.Timestamp{Seconds: seconds, Nanos: nanos}
}

var long = strings.Repeat("é", maxString+1)

// refused lists messages with one field out of bounds, and the path of that field.
var refused = []struct {
	name, field string
	message     proto.Message
}{
	{"year 9999", "message.timestamp", message(&pb.Message{Timestamp: at(253402300799, 0)})},
	{"year 2200", "message.timestamp", message(&pb.Message{Timestamp: at(maxTimestamp, 0)})},
	{"1969", "message.timestamp", message(&pb.Message{Timestamp: at(-1, 0)})},
	{"10^9 nanos", "message.timestamp", message(&pb.Message{Timestamp: at(1, 1_000_000_000)})},
	{"negative nanos", "message.timestamp", message(&pb.Message{Timestamp: at(1, -1)})},
	{"timestamp that overflows", "message.timestamp", message(&pb.Message{Timestamp: at(math.MaxInt64, math.MaxInt32)})},
	{"in an offer", "offer.expires_at", &pb.TransferRequest{Offer: &pb.TransferOffer{ExpiresAt: at(253402300799, 0)}}},
	{"negative duration", "default_timeout", &pb.Limits{DefaultTimeout: &durationpb.Duration{Seconds: -1}}},
	{"long duration", "max_timeout", &pb.Limits{MaxTimeout: &durationpb.Duration{Seconds: maxDuration + 1}}},
	{"duration's nanos", "max_timeout", &pb.Limits{MaxTimeout: &durationpb.Duration{Nanos: 1_000_000_000}}},
	{"enum 99", "message.message_type", message(&pb.Message{MessageType: 99})},
	{"enum -1", "message.message_type", message(&pb.Message{MessageType: -1})},
	{"NaN", "reply.confidence", &pb.DelegateResponse{Reply: &pb.Reply{Confidence: proto.Float64(math.NaN())}}},
	{"infinity", "progress.fraction", &pb.DelegateStreamResponse{Event: &pb.DelegateStreamResponse_Progress{
		Progress: &pb.Progress{Fraction: proto.Float64(math.Inf(-1))}}}},
	{"past 63 bits", "after_sequence", &pb.DelegateStreamRequest{AfterSequence: math.MaxUint64}},
	{"in a map", "incoming", &pb.GetStatsResponse{Incoming: map[string]uint64{"OK": 1 << 63}}},
	{"a map's key", "incoming", &pb.GetStatsResponse{Incoming: map[string]uint64{long: 1}}},
	{"33 arrays", "message.payload[1].data", data(arrays(33))},
	{"22 objects", "message.payload[1].data", data(objects(22))},
	{"2,000 arrays", "message.payload[1].data", data(arrays(2000))},
	{"NaN in JSON", "message.payload[1].data", data(structpb.NewListValue(&structpb.ListValue{
		Values: []*structpb.Value{structpb.NewNumberValue(math.NaN())}}))},
	{"variables", "message.context", message(&pb.Message{Context: &structpb.Struct{
		Fields: map[string]*structpb.Value{"a": objects(21)}}})},
	{"metadata of a part", "message.payload[0].metadata", message(&pb.Message{Payload: []*pb.Part{{
		Metadata: &structpb.Struct{Fields: map[string]*structpb.Value{"a": structpb.NewNumberValue(math.Inf(1))}}}}})},
	{"long string", "message.in_reply_to", message(&pb.Message{InReplyTo: long})},
	{"5,000-character id", "message.message_id", message(&pb.Message{MessageId: strings.Repeat("x", 5000)})},
	{"one of several", "skills[1].tags[2]", &pb.AgentCard{Skills: []*pb.Skill{{}, {Tags: []string{"a", "b", long}}}}},
	{"negative cost", "reply.usage.cost_micros", &pb.DelegateResponse{Reply: &pb.Reply{Usage: &pb.Usage{CostMicros: -1}}}},
	{"tokens", "reply.chain_usage[0].input_tokens", &pb.DelegateResponse{
		Reply: &pb.Reply{ChainUsage: []*pb.Usage{{InputTokens: 1 << 53}}}}},
}

func TestWhatNobodyCouldStoreOrPrintIsRefusedByItsPath(t *testing.T) {
	for _, one := range refused {
		t.Run(one.name, func(t *testing.T) {
			for _, check := range []func(proto.Message) error{checkFields, checkOutgoing} {
				e := asError(check(one.message))
				if e == nil || e.Reason != ReasonInvalidField || e.Metadata["field"] != one.field || e.Started {
					t.Fatalf("%+v", e)
				}
				if !strings.HasPrefix(e.Text, one.field+" ") || len(e.Text) > 200 {
					t.Fatal(e.Text)
				}
			}
		})
	}
}

func TestWhatIsJustWithinTheBoundsIsTaken(t *testing.T) {
	texts := strings.Repeat("x", 100_000)
	for name, one := range map[string]proto.Message{
		"empty":       &pb.DelegateRequest{},
		"last second": message(&pb.Message{Timestamp: at(maxTimestamp-1, maxNanos)}),
		"first":       message(&pb.Message{Timestamp: at(0, 0)}),
		"duration":    &pb.Limits{MaxTimeout: &durationpb.Duration{Seconds: maxDuration, Nanos: maxNanos}},
		"63 bits":     &pb.DelegateStreamRequest{AfterSequence: math.MaxInt64},
		"arrays":      data(arrays(32)), "objects": data(objects(21)),
		"variables":    message(&pb.Message{Context: &structpb.Struct{Fields: map[string]*structpb.Value{"a": objects(20)}}}),
		"wide":         data(structpb.NewListValue(&structpb.ListValue{Values: make([]*structpb.Value, 1000)})),
		"4,096 é":      message(&pb.Message{InReplyTo: long[:2*maxString]}),
		"text":         message(&pb.Message{Payload: []*pb.Part{Text(texts)}}),
		"url":          message(&pb.Message{Payload: []*pb.Part{{Content: &pb.Part_Url{Url: texts}}}}),
		"JSON strings": data(structpb.NewStructValue(&structpb.Struct{Fields: map[string]*structpb.Value{texts: structpb.NewStringValue(texts)}})),
		"card": &pb.AgentCard{Description: texts, Skills: []*pb.Skill{{
			Name: texts, Description: texts, Examples: []string{texts}}}},
		"query":  &pb.FindAgentsRequest{Query: texts},
		"amount": &pb.Usage{InputTokens: maxAmount, OutputTokens: maxAmount, CostMicros: maxAmount},
		"other":  at(-5, -5), // a message of another package at the top is not checked
	} {
		if err := checkFields(one); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestTextThatIsNoUTF8NeverLeaves(t *testing.T) {
	for field, one := range map[string]proto.Message{
		"message.payload[0].text": message(&pb.Message{Payload: []*pb.Part{Text("\xff")}}),
		"message.payload[1].data": data(structpb.NewStringValue("\xff")),
		"message.skill_id":        message(&pb.Message{SkillId: "\xff"}),
	} {
		if e := asError(checkOutgoing(one)); e == nil || e.Metadata["field"] != field {
			t.Errorf("%s: %v", field, e)
		}
	}
}

func TestTheOrderOfPoliciesIsTheMeshs(t *testing.T) {
	var order []string
	for _, one := range policies {
		switch one.(type) {
		case tracePolicy:
			order = append(order, "trace")
		case errorsPolicy:
			order = append(order, "errors")
		case fieldsPolicy:
			order = append(order, "fields")
		case targetPolicy:
			order = append(order, "target")
		case enabledPolicy:
			order = append(order, "enabled")
		case deadlinePolicy:
			order = append(order, "deadline")
		case sizePolicy:
			order = append(order, "size")
		case hopsPolicy:
			order = append(order, "hops")
		case loopsPolicy:
			order = append(order, "loops")
		case idempotencyPolicy:
			order = append(order, "idempotency")
		case concurrencyPolicy:
			order = append(order, "concurrency")
		}
	}
	want := "trace errors fields target enabled deadline size hops loops idempotency concurrency"
	if got := strings.Join(order, " "); got != want || len(order) != len(policies) {
		t.Fatal(got)
	}
}

func plain() *pb.DelegateRequest {
	return message(&pb.Message{
		FromAgent: "a", ToAgent: "b", MessageType: pb.MessageType_MESSAGE_TYPE_DELEGATE, MessageId: newID(),
		CorrelationId: newID(), AccountId: DefaultAccount, Timestamp: timestamppb.Now(), Payload: []*pb.Part{Text("hello")},
	})
}

func TestAPlainMessageIsLookedAtWithAlmostNoMemory(t *testing.T) {
	request := plain()
	if allocations := testing.AllocsPerRun(100, func() { _ = checkFields(request) }); allocations > 2 {
		t.Fatal(allocations)
	}
}

func BenchmarkAPlainMessageIsLookedAt(b *testing.B) {
	request := plain()
	b.ReportAllocs()
	for b.Loop() {
		if err := checkFields(request); err != nil {
			b.Fatal(err)
		}
	}
}

func TestAnErrorWithAHostileTextStaysSmallAndTyped(t *testing.T) {
	sent := &Error{Reason: Reason(strings.Repeat("x", 10_000)), Code: 99_999, Text: strings.Repeat("\xff", 100_000), Agent: "\xff"}
	got := asError(toStatus(sent))
	if len(got.Text) > 4*maxText || len(got.Reason) > maxReason || CodeName(got.Code) != "UNKNOWN" {
		t.Fatal(len(got.Text), len(got.Reason), got.Code)
	}
	if !errors.Is(asError(toStatus(asError(Fail("\xff")))), ReasonAgentFailed) {
		t.Fatal("a failure lost its reason")
	}
}
