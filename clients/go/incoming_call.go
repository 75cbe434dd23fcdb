package botmesh

import (
	"context"
	"strings"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"
	"google.golang.org/protobuf/proto"

	pb "github.com/botmesh/botmesh/clients/go/botmeshv1"
)

// newIncomingCall makes the call of a received request and runs the callee's policies. It also returns how many policies
// accepted the call, for finish.
func (e *endpoint) newIncomingCall(ctx context.Context, method string, class methodClass, request *received) (*call, int, error) {
	c := e.newCall(ctx, method, class, false)
	c.metadata, _ = metadata.FromIncomingContext(ctx)
	if at, ok := ctx.Deadline(); ok {
		c.requestedTimeout, c.hasTimeout = time.Until(at), true
		if c.requestedTimeout > 10*beforeGRPC {
			c.requestedTimeout -= beforeGRPC
		}
	}
	c.requestSize = request.size
	if request.err != nil {
		c.unreadable = unreadable("request", method)
	} else {
		c.request = request.message
	}
	if carries, ok := c.request.(interface{ GetMessage() *pb.Message }); ok && class == work {
		if c.message = carries.GetMessage(); c.message == nil {
			c.message = &pb.Message{}
		}
	}
	passed, err := c.start()
	return c, passed, err
}

// serveUnary runs the callee's policies around a unary call. Every error is sent as a status with ErrorInfo.
func (e *endpoint) serveUnary(ctx context.Context, request any, info *grpc.UnaryServerInfo, handle grpc.UnaryHandler) (
	response any, err error,
) {
	requestArrived(ctx)
	class := classOf(info.FullMethod, false)
	got, ok := ctx.Value(receivedKey{}).(*received)
	if class == watch || !ok {
		return handle(ctx, request)
	}
	defer func() { err = asStatus(err) }()
	defer e.recoverPanic(info.FullMethod, &err)
	c, passed, err := e.newIncomingCall(ctx, info.FullMethod, class, got)
	if err != nil {
		return nil, err
	}
	response, err = e.runHandler(c, request, handle)
	if err = c.finish(passed, err); err != nil {
		return nil, err
	}
	return response, nil
}

func (e *endpoint) runHandler(c *call, request any, handle grpc.UnaryHandler) (response any, err error) {
	defer e.recoverPanic(c.method, &err)
	if response, err = handle(context.WithValue(c.ctx, callKey{}, c), request); err != nil {
		return nil, err
	}
	return response, c.sending(proto.Size(response.(proto.Message)))
}

func asStatus(err error) error {
	if err == nil {
		return nil
	}
	return toStatus(asError(err))
}

// serveStream does the same for a call with a stream of responses.
func (e *endpoint) serveStream(server any, stream grpc.ServerStream, info *grpc.StreamServerInfo, handle grpc.StreamHandler) error {
	if strings.HasPrefix(info.FullMethod, "/grpc.") {
		return handle(server, &requestWaitStream{stream})
	}
	served := &servedStream{ServerStream: stream, endpoint: e, method: info.FullMethod}
	err := served.run(server, handle)
	switch {
	case served.startError != nil:
		err = served.startError
	case served.call != nil:
		err = served.call.finish(served.passedPolicies, err)
	}
	return asStatus(err)
}

// requestWaitStream ends the bounded wait for the first request of a stream of gRPC's own services.
type requestWaitStream struct{ grpc.ServerStream }

func (s *requestWaitStream) RecvMsg(request any) error {
	err := s.ServerStream.RecvMsg(request)
	if err == nil {
		requestArrived(s.Context())
	}
	return err
}

// servedStream runs the policies when the request has been received, and checks the size of each response.
type servedStream struct {
	grpc.ServerStream
	endpoint       *endpoint
	method         string
	call           *call
	passedPolicies int
	startError     error
}

func (s *servedStream) run(server any, handle grpc.StreamHandler) (err error) {
	defer s.endpoint.recoverPanic(s.method, &err)
	return handle(server, s)
}

func (s *servedStream) RecvMsg(request any) error {
	got := &received{message: request.(proto.Message)}
	if err := s.ServerStream.RecvMsg(got); err != nil {
		return err
	}
	if s.call != nil {
		return nil
	}
	requestArrived(s.ServerStream.Context())
	s.call, s.passedPolicies, s.startError = s.endpoint.newIncomingCall(s.ServerStream.Context(), s.method, classOf(s.method, true), got)
	return s.startError
}

func (s *servedStream) SendMsg(response any) error {
	if err := s.call.sending(proto.Size(response.(proto.Message))); err != nil {
		return err
	}
	return s.ServerStream.SendMsg(response)
}

func (s *servedStream) Context() context.Context {
	if s.call == nil {
		return s.ServerStream.Context()
	}
	return context.WithValue(s.call.ctx, callKey{}, s.call)
}
