package botmesh

import (
	"bytes"
	"context"
	"encoding/binary"
	"io"
	"log/slog"
	"math"
	"net"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/structpb"

	pb "github.com/botmesh/botmesh/clients/go/botmeshv1"
)

// rawCall makes one call of a method with these bytes as its request.
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
		// Not through the connection's interceptors: they want messages.
		err = stream.RecvMsg(&response)
	}
	if err == io.EOF {
		return nil
	}
	return asError(err)
}

// dialRaw is a connection without the SDK's own reading.
func dialRaw(t *testing.T, address string) *grpc.ClientConn {
	t.Helper()
	conn, err := grpc.NewClient("passthrough:///"+address, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return conn
}

// serveAt is a real server on loopback with these bounds, and its address.
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
	// What is not known is ignored.
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
				continue // it has no message
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
	serving.endpoint.works, serving.endpoint.log = nil, slog.New(slog.DiscardHandler) // a bug in here
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
	serving.endpoint.works = newWorkTable(serving.settings) // so that it can stop
}

// rawHTTP2 is a connection on which a test writes its own frames.
type rawHTTP2 struct {
	t      *testing.T
	conn   net.Conn
	framer *http2.Framer
}

func openHTTP2(t *testing.T, address string) *rawHTTP2 {
	t.Helper()
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	_ = conn.SetDeadline(time.Now().Add(15 * time.Second))
	if _, err := io.WriteString(conn, http2.ClientPreface); err != nil {
		t.Fatal(err)
	}
	made := &rawHTTP2{t, conn, http2.NewFramer(conn, conn)}
	made.framer.ReadMetaHeaders = hpack.NewDecoder(4096, nil)
	if err := made.framer.WriteSettings(); err != nil {
		t.Fatal(err)
	}
	return made
}

// begin opens a stream with these headers, and with a request if there is one.
func (h *rawHTTP2) begin(stream uint32, method string, request []byte, more ...string) {
	h.t.Helper()
	var block bytes.Buffer
	encoder := hpack.NewEncoder(&block)
	headers := append([]string{
		":method", "POST", ":scheme", "http", ":path", agentServicePath + method, ":authority", "test",
		"content-type", "application/grpc", "te", "trailers",
	}, more...)
	for at := 0; at < len(headers); at += 2 {
		_ = encoder.WriteField(hpack.HeaderField{Name: headers[at], Value: headers[at+1]})
	}
	if err := h.framer.WriteHeaders(http2.HeadersFrameParam{
		StreamID: stream, BlockFragment: block.Bytes(), EndHeaders: true,
	}); err != nil {
		h.t.Fatal(err)
	}
	if request != nil {
		framed := binary.BigEndian.AppendUint32([]byte{0}, uint32(len(request)))
		if err := h.framer.WriteData(stream, true, append(framed, request...)); err != nil {
			h.t.Fatal(err)
		}
	}
}

// ended reads until the stream has ended: its last headers.
func (h *rawHTTP2) ended() map[string]string {
	h.t.Helper()
	for {
		frame, err := h.framer.ReadFrame()
		if err != nil {
			h.t.Fatal(err)
		}
		if headers, ok := frame.(*http2.MetaHeadersFrame); ok && headers.StreamEnded() {
			found := map[string]string{}
			for _, field := range headers.Fields {
				found[field.Name] = field.Value
			}
			return found
		}
	}
}

func TestMetadataThatIsNotPrintableIsRefusedAndNeverTakenAsAbsent(t *testing.T) {
	address, _ := serveAt(t, anything(), defaultBounds)
	raw := openHTTP2(t, address)
	request := bytesOf(t, &pb.DelegateRequest{Message: &pb.Message{}})
	stream := uint32(1)
	for _, key := range append([]string{"botmesh-of-tomorrow"}, chainKeys...) {
		for _, value := range []string{"\xff", "é", "a\x80"} {
			raw.begin(stream, "Delegate", request, key, value)
			stream += 2
			got := raw.ended()
			if got["grpc-status"] != "3" || !strings.Contains(got["grpc-message"], key) {
				t.Errorf("%s %q: %v", key, value, got)
			}
		}
	}
	raw.begin(stream, "Delegate", request, "not-ours", "\xff")
	if got := raw.ended(); got["grpc-status"] != "0" {
		t.Errorf("not ours: %v", got)
	}
}

func TestACallThatNeverSendsItsRequestEndsInTime(t *testing.T) {
	bounds := defaultBounds
	bounds.request = 300 * time.Millisecond
	address, _ := serveAt(t, anything(), bounds)
	raw := openHTTP2(t, address)
	for index, method := range []string{"Delegate", "DelegateStream", "Cancel"} {
		raw.begin(uint32(2*index+1), method, nil)
		if got := raw.ended(); got["grpc-status"] != "4" {
			t.Errorf("%s: %v", method, got)
		}
	}
	raw.begin(7, "Delegate", nil, "grpc-timeout", "1H")
	if got := raw.ended(); got["grpc-status"] != "4" {
		t.Errorf("a deadline far away: %v", got)
	}
}

func TestACallWhoseRequestHasComeMayTakeLongerThanThat(t *testing.T) {
	bounds := defaultBounds
	bounds.request = 100 * time.Millisecond
	address, _ := serveAt(t, &Agent{Name: "slow", OnDelegate: func(context.Context, *Task) (*Reply, error) {
		time.Sleep(400 * time.Millisecond)
		return Say("done"), nil
	}}, bounds)
	raw := openHTTP2(t, address)
	for index, method := range []string{"Delegate", "DelegateStream"} {
		raw.begin(uint32(2*index+1), method, bytesOf(t, &pb.DelegateRequest{Message: &pb.Message{}}))
		if got := raw.ended(); got["grpc-status"] != "0" {
			t.Errorf("%s: %v", method, got)
		}
	}
}

func TestAConnectionThatNeverSpeaksOrRestsIsClosed(t *testing.T) {
	bounds := defaultBounds
	bounds.handshake, bounds.idle = 200*time.Millisecond, 300*time.Millisecond
	address, _ := serveAt(t, anything(), bounds)
	silent, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = silent.Close() }()
	_ = silent.SetDeadline(time.Now().Add(10 * time.Second))
	if _, err := io.Copy(io.Discard, silent); err != nil {
		t.Errorf("a silent connection stays: %v", err)
	}
	idle := openHTTP2(t, address)
	for {
		frame, err := idle.framer.ReadFrame()
		if err != nil {
			t.Fatal("an idle connection is not told to leave: ", err)
		}
		if _, ok := frame.(*http2.GoAwayFrame); ok {
			return
		}
	}
}

func TestAConnectionHasABoundOfCalls(t *testing.T) {
	if defaultBounds.calls != 1000 || defaultBounds.handshake != 10*time.Second || defaultBounds.idle != 5*time.Minute ||
		defaultBounds.request != 30*time.Second {
		t.Fatalf("%+v", defaultBounds)
	}
	bounds := defaultBounds
	bounds.calls = 3
	address, _ := serveAt(t, anything(), bounds)
	raw := openHTTP2(t, address)
	for {
		frame, err := raw.framer.ReadFrame()
		if err != nil {
			t.Fatal(err)
		}
		if settings, ok := frame.(*http2.SettingsFrame); ok && !settings.IsAck() {
			if most, ok := settings.Value(http2.SettingMaxConcurrentStreams); !ok || most != 3 {
				t.Fatal(most, ok)
			}
			return
		}
	}
}
