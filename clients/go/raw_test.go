package botmesh

import (
	"net"
	"testing"

	"google.golang.org/grpc"
	"google.golang.org/grpc/mem"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// rawCodec sends and receives bytes unchanged, so that a test can send what no SDK would.
type rawCodec struct{}

func (rawCodec) Marshal(value any) (mem.BufferSlice, error) {
	return mem.BufferSlice{mem.SliceBuffer(*value.(*[]byte))}, nil
}

func (rawCodec) Unmarshal(data mem.BufferSlice, into any) error {
	*into.(*[]byte) = data.Materialize()
	return nil
}

func (rawCodec) Name() string { return "" }

// garbage cannot be parsed: its only field is shorter than its length says.
var garbage = []byte{0x0a, 0x7f, 0x01}

func bytesOf(t testing.TB, message proto.Message) []byte {
	t.Helper()
	data, err := proto.Marshal(message)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// rawServer serves every method on a loopback port with the function answer, and returns the address.
func rawServer(t *testing.T, answer func(method string, stream *rawStream) error) string {
	t.Helper()
	server := grpc.NewServer(grpc.ForceServerCodecV2(rawCodec{}), grpc.UnknownServiceHandler(func(_ any, stream grpc.ServerStream) error {
		method, _ := grpc.MethodFromServerStream(stream)
		return answer(method[lastSlash(method)+1:], &rawStream{stream, t})
	}))
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(server.Stop)
	return listener.Addr().String()
}

func lastSlash(method string) int {
	for at := len(method) - 1; ; at-- {
		if method[at] == '/' {
			return at
		}
	}
}

type rawStream struct {
	grpc.ServerStream
	t *testing.T
}

func (s *rawStream) send(data []byte) error { return s.SendMsg(&data) }

func (s *rawStream) sendMessage(message proto.Message) error { return s.send(bytesOf(s.t, message)) }

func (s *rawStream) receive(into proto.Message) error {
	var data []byte
	if err := s.RecvMsg(&data); err != nil {
		return err
	}
	return proto.Unmarshal(data, into)
}

// unknownField adds a field that no version of the contract has.
func unknownField(message proto.Message) proto.Message {
	message.ProtoReflect().SetUnknown(protoreflect.RawFields{0xf2, 0x7f, 0x01, 'x'}) // field 2046
	return message
}
