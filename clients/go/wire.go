package botmesh

import (
	"context"
	"sync/atomic"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/encoding"
	grpcproto "google.golang.org/grpc/encoding/proto" // registers gRPC's own codec
	"google.golang.org/grpc/mem"
	"google.golang.org/grpc/tap"
	"google.golang.org/protobuf/proto"
)

// received is a received message or its parse error. Without it gRPC would answer a message that cannot be parsed with
// INTERNAL before any policy sees the call.
type received struct {
	message proto.Message
	size    int   // bytes
	err     error // from the parser
}

// wireCodec is gRPC's protobuf codec, except that it stores the parse error in a received.
type wireCodec struct{ encoding.CodecV2 }

func newWireCodec() wireCodec { return wireCodec{encoding.GetCodecV2(grpcproto.Name)} }

// Unmarshal returns no error if into is a *received: it stores the error there.
func (w wireCodec) Unmarshal(data mem.BufferSlice, into any) error {
	got, ok := into.(*received)
	if !ok {
		return w.CodecV2.Unmarshal(data, into)
	}
	got.size, got.err = data.Len(), w.CodecV2.Unmarshal(data, got.message)
	return nil
}

// Name is empty, so that calls keep gRPC's default content type.
func (wireCodec) Name() string { return "" }

// unreadable returns INVALID_FIELD for a message that cannot be parsed.
func unreadable(field, method string) *Error {
	return invalid(field, "the %s of %s cannot be read: it is nested too deep, or garbage", field, method[1:])
}

type receivedKey struct{}

// receiving wraps the unary methods of a service so that serveUnary gets the received message even if it cannot be parsed.
func receiving(service grpc.ServiceDesc) *grpc.ServiceDesc {
	methods := make([]grpc.MethodDesc, len(service.Methods))
	for index, method := range service.Methods {
		handle := method.Handler
		method.Handler = func(server any, ctx context.Context, decode func(any) error, intercept grpc.UnaryServerInterceptor) (any, error) {
			got := &received{}
			return handle(server, context.WithValue(ctx, receivedKey{}, got), func(into any) error {
				got.message = into.(proto.Message)
				return decode(got)
			}, intercept)
		}
		methods[index] = method
	}
	service.Methods = methods
	return &service
}

// readUnary returns an *Error for a response that cannot be parsed.
func readUnary(ctx context.Context, method string, request, response any, conn *grpc.ClientConn,
	invoke grpc.UnaryInvoker, options ...grpc.CallOption,
) error {
	got := &received{message: response.(proto.Message)}
	if err := invoke(ctx, method, request, got, conn, options...); err != nil || got.err == nil {
		return err
	}
	return unreadableResponse(method)
}

// readStream does the same for each response of a stream. The stream continues after a response that cannot be parsed.
func readStream(ctx context.Context, description *grpc.StreamDesc, conn *grpc.ClientConn, method string,
	open grpc.Streamer, options ...grpc.CallOption,
) (grpc.ClientStream, error) {
	stream, err := open(ctx, description, conn, method, options...)
	if err != nil {
		return nil, err
	}
	return &readableStream{stream, method}, nil
}

type readableStream struct {
	grpc.ClientStream
	method string
}

func (s *readableStream) RecvMsg(response any) error {
	got := received{message: response.(proto.Message)}
	if err := s.ClientStream.RecvMsg(&got); err != nil || got.err == nil {
		return err
	}
	return unreadableResponse(s.method)
}

func unreadableResponse(method string) *Error {
	e := unreadable("response", method)
	e.Started = true
	return e
}

type requestKey struct{}

// requestWait is the context of a call whose request has not arrived yet. It ends if the request takes too long.
type requestWait struct {
	context.Context
	timer   *time.Timer
	expired atomic.Bool
}

// limitRequestWait bounds the wait for the request of a call, which gRPC reads before any handler runs. It leaves a call
// alone whose deadline is earlier.
func limitRequestWait(timeout time.Duration) tap.ServerInHandle {
	return func(ctx context.Context, _ *tap.Info) (context.Context, error) {
		if deadline, ok := ctx.Deadline(); ok && time.Until(deadline) <= timeout {
			return ctx, nil
		}
		bounded, cancel := context.WithCancel(ctx)
		wait := &requestWait{Context: bounded}
		wait.timer = time.AfterFunc(timeout, func() {
			wait.expired.Store(true)
			cancel()
		})
		context.AfterFunc(bounded, func() { wait.timer.Stop() })
		return wait, nil
	}
}

// Err returns DeadlineExceeded if the request took too long.
func (a *requestWait) Err() error {
	if a.expired.Load() {
		return context.DeadlineExceeded
	}
	return a.Context.Err()
}

// Value returns the wait itself for requestKey.
func (a *requestWait) Value(key any) any {
	if key == (requestKey{}) {
		return a
	}
	return a.Context.Value(key)
}

// requestArrived stops the timer of limitRequestWait.
func requestArrived(ctx context.Context) {
	if wait, ok := ctx.Value(requestKey{}).(*requestWait); ok {
		wait.timer.Stop()
	}
}
