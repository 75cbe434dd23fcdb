package botmesh

import (
	"context"
	"io"
	"log/slog"
	"math"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/structpb"

	pb "github.com/botmesh/botmesh/clients/go/botmeshv1"
)

// rawCall calls a method with a serialized request and returns the error of the call.
func rawCall(t *testing.T, conn *grpc.ClientConn, method string, request []byte) *Error {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	stream, err := conn.NewStream(ctx, &grpc.StreamDesc{ServerStreams: true, ClientStreams: true}, agentServicePath+method,
		grpc.ForceCodecV2(rawCodec{}))
	if err != nil {
		t.Fatal(err)
	}
	if err := stream.SendMsg(&request); err != nil && err != io.EOF {
		t.Fatal(err)
	}
	_ = stream.CloseSend()
	var response []byte
	for err == nil {
		// The stream bypasses the interceptors of the connection, which expect messages.
		err = stream.RecvMsg(&response)
	}
	if err == io.EOF {
		return nil
	}
	return asError(err)
}

// dialRaw returns a connection without the SDK's codec and interceptors.
func dialRaw(t *testing.T, address string) *grpc.ClientConn {
	t.Helper()
	conn, err := grpc.NewClient("passthrough:///"+address, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return conn
}

// serveAt runs an agent on a loopback port with these bounds, and returns its address.
func serveAt(t *testing.T, a *Agent, bounds serverBounds) (string, *Serving) {
	t.Helper()
	settings := DefaultSettings()
	a.Settings = &settings
	serving, err := a.prepare()
	if err != nil {
		t.Fatal(err)
	}
	serving.server, serving.health = newGRPCServer(serving.endpoint, bounds)
	serving.registerService()
	listener, err := listen(settings.Bind)
	if err != nil {
		t.Fatal(err)
	}
	go func() { _ = serving.server.Serve(listener) }()
	t.Cleanup(func() { serving.Stop(0) })
	return listener.Addr().String(), serving
}

func anything() *Agent {
	a := echo()
	a.OnNotify = func(context.Context, *Task) error { return nil }
	a.OnTransfer = func(context.Context, *Task, *pb.TransferOffer) (string, error) { return "", nil }
	return a
}

func TestNoHostileMessageEndsTheProcess(t *testing.T) {
	address, _ := serveAt(t, anything(), defaultBounds)
	conn := dialRaw(t, address)
	nested := func(value *structpb.Value) *pb.Message {
		return &pb.Message{Payload: []*pb.Part{{Content: &pb.Part_Data{Data: value}}}}
	}
	messages := map[string]*pb.Message{
		"enum 99": {MessageType: 99}, "33 arrays": nested(arrays(33)), "49 objects": nested(objects(49)),
		"2,000 arrays": nested(arrays(2000)), "year 9999": {Timestamp: at(253402300799, 0)},
		"10^9 nanos": {Timestamp: at(0, 1_000_000_000)}, "overflow": {Timestamp: at(math.MinInt64, math.MinInt32)},
		"NaN": nested(structpb.NewNumberValue(math.NaN())), "long id": {MessageId: strings.Repeat("x", 5000)},
	}
	for _, method := range []string{"Delegate", "DelegateStream", "Transfer", "Notify"} {
		for name, one := range messages {
			request := proto.Message(&pb.DelegateRequest{Message: one}) // the message is field 1 of all of them
			if method == "Transfer" {
				request = &pb.TransferRequest{Message: one, Offer: &pb.TransferOffer{TransferId: "t-1"}}
			}
			e := rawCall(t, conn, method, bytesOf(t, request))
			if e == nil || e.Reason != ReasonInvalidField || e.Started || !strings.HasPrefix(e.Metadata["field"], "message.") ||
				e.Agent != "echo-bot" {
				t.Errorf("%s with %s: %+v", method, name, e)
			}
		}
	}
	e := rawCall(t, conn, "DelegateStream", bytesOf(t, &pb.DelegateStreamRequest{Message: &pb.Message{}, AfterSequence: math.MaxUint64}))
	if e == nil || e.Metadata["field"] != "after_sequence" {
		t.Errorf("uint64 max: %+v", e)
	}
	for _, request := range []proto.Message{
		&pb.CancelRequest{MessageId: "m", Reason: long}, &pb.CancelRequest{MessageId: strings.Repeat("x", 5000)},
	} {
		if e := rawCall(t, conn, "Cancel", bytesOf(t, request)); e == nil || e.Reason != ReasonInvalidField {
			t.Errorf("Cancel: %+v", e)
		}
	}
	// Unknown fields are ignored.
	if e := rawCall(t, conn, "Delegate", bytesOf(t, unknownField(&pb.DelegateRequest{Message: &pb.Message{}}))); e != nil {
		t.Errorf("an unknown field: %+v", e)
	}
	if e := rawCall(t, conn, "Delegate", bytesOf(t, &pb.DelegateRequest{Message: &pb.Message{}})); e != nil {
		t.Errorf("it serves no more: %+v", e)
	}
}

func TestARequestThatNoParserTakesIsRefusedByNameInItsTrace(t *testing.T) {
	address, serving := serveAt(t, anything(), defaultBounds)
	conn := dialRaw(t, address)
	for name, bad := range map[string][]byte{
		"garbage": garbage, "no UTF-8": {0x0a, 0x03, 0x0a, 0x01, 0xff}, "6,000 arrays": bytesOf(t, data(arrays(6000))),
	} {
		for _, method := range []string{"Delegate", "DelegateStream", "Transfer", "Notify", "Cancel"} {
			if method == "Cancel" && name != "garbage" {
				continue // the other two need a request with a Message
			}
			e := rawCall(t, conn, method, bad)
			if e == nil || e.Reason != ReasonInvalidField || e.Code != codes.InvalidArgument || e.Metadata["field"] != "request" || e.Started {
				t.Errorf("%s with %s: %+v", method, name, e)
			}
		}
	}
	if counted := serving.endpoint.stats.toProto().Refusals["INVALID_FIELD"]; counted < 10 {
		t.Errorf("the policies saw %d refusals", counted)
	}
}

func TestTheSameIDForANotificationAndATaskIsRefused(t *testing.T) {
	address, _ := serveAt(t, anything(), defaultBounds)
	conn := dialRaw(t, address)
	m := &pb.Message{MessageId: "m-1", MessageType: pb.MessageType_MESSAGE_TYPE_BROADCAST}
	if e := rawCall(t, conn, "Notify", bytesOf(t, &pb.NotifyRequest{Message: m})); e != nil {
		t.Fatal(e)
	}
	for _, method := range []string{"Delegate", "DelegateStream"} {
		if e := rawCall(t, conn, method, bytesOf(t, &pb.DelegateRequest{Message: m})); e == nil || e.Reason != ReasonMessageIDReused {
			t.Errorf("%s: %+v", method, e)
		}
	}
}

func TestAPanicWhileServingIsAnErrorOfTheCall(t *testing.T) {
	address, serving := serveAt(t, anything(), defaultBounds)
	serving.endpoint.works, serving.endpoint.log = nil, slog.New(slog.DiscardHandler) // makes the idempotency policy panic
	conn := dialRaw(t, address)
	for _, method := range []string{"Delegate", "DelegateStream", "Cancel"} {
		request := proto.Message(&pb.DelegateRequest{Message: &pb.Message{}})
		if method == "Cancel" {
			request = &pb.CancelRequest{MessageId: "m"}
		}
		if e := rawCall(t, conn, method, bytesOf(t, request)); e == nil || e.Reason != ReasonAgentError {
			t.Errorf("%s: %+v", method, e)
		}
	}
	serving.endpoint.works = newWorkTable(serving.settings) // Stop needs it
}
