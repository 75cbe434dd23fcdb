package botmesh

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"runtime/debug"
	"strings"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/health"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/keepalive"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/reflection"
	"google.golang.org/protobuf/proto"

	pb "github.com/botmesh/botmesh/clients/go/botmeshv1"
)

// serverBounds are what one server spends on its connections at most.
type serverBounds struct {
	calls       uint32        // at once over one connection: more wait at their caller
	handshake   time.Duration // for a connection to say that it speaks HTTP/2
	idle        time.Duration // after which a connection without calls is closed; callers connect again
	request     time.Duration // for the request of a call to come, where no deadline ends the call before
	headerBytes uint32        // of the metadata of one call
}

var defaultBounds = serverBounds{
	calls: 1000, handshake: 10 * time.Second, idle: 5 * time.Minute, request: 30 * time.Second, headerBytes: maxHeaderBytes,
}

// newGRPCServer makes a server as every part of the mesh has it: policies, health, reflection.
func newGRPCServer(e *end, bounds serverBounds) (*grpc.Server, *health.Server) {
	server := grpc.NewServer(
		grpc.MaxRecvMsgSize(transportBytes), grpc.MaxSendMsgSize(transportBytes),
		grpc.MaxConcurrentStreams(bounds.calls), grpc.ConnectionTimeout(bounds.handshake),
		grpc.MaxHeaderListSize(bounds.headerBytes), grpc.InTapHandle(awaiting(bounds.request)),
		grpc.ForceServerCodecV2(newWireCodec()),
		grpc.KeepaliveParams(keepalive.ServerParameters{
			MaxConnectionIdle: bounds.idle, Time: keepaliveTime, Timeout: keepaliveAnswer,
		}),
		grpc.KeepaliveEnforcementPolicy(keepalive.EnforcementPolicy{
			MinTime: keepaliveAnswer, PermitWithoutStream: true, // channels ping idle connections
		}),
		grpc.ChainUnaryInterceptor(e.serveUnary), grpc.ChainStreamInterceptor(e.serveStream),
	)
	known := health.NewServer()
	healthpb.RegisterHealthServer(server, known)
	reflection.Register(server)
	return server, known
}

func listen(address string) (net.Listener, error) {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return nil, invalid("bind", "cannot listen at %s: %v", address, err)
	}
	return listener, nil
}

// arrived is a call as it came in, with the policies started.
func (e *end) arrived(ctx context.Context, method string, class methodClass, got *received) (*call, int, error) {
	c := e.newCall(ctx, method, class, false)
	c.metadata, _ = metadata.FromIncomingContext(ctx)
	if at, ok := ctx.Deadline(); ok {
		c.asked, c.hasAsked = time.Until(at), true
		if c.asked > 10*beforeGRPC {
			c.asked -= beforeGRPC
		}
	}
	c.requestSize = got.size
	if got.err != nil {
		c.unreadable = unreadable("request", method)
	} else {
		c.request = got.message
	}
	if carries, ok := c.request.(interface{ GetMessage() *pb.Message }); ok && class == work {
		if c.message = carries.GetMessage(); c.message == nil {
			c.message = &pb.Message{}
		}
	}
	passed, err := c.start()
	return c, passed, err
}

// serveUnary runs the policies at the callee of a unary call; every error leaves as a typed status.
func (e *end) serveUnary(ctx context.Context, request any, info *grpc.UnaryServerInfo, handle grpc.UnaryHandler) (
	response any, err error,
) {
	hasCome(ctx)
	class := classOf(info.FullMethod, false)
	got, ok := ctx.Value(receivedKey{}).(*received)
	if class == watch || !ok {
		return handle(ctx, request)
	}
	defer func() { err = leaving(err) }()
	defer e.survive(info.FullMethod, &err)
	c, passed, err := e.arrived(ctx, info.FullMethod, class, got)
	if err != nil {
		return nil, err
	}
	response, err = e.handled(c, request, handle)
	if err = c.finish(passed, err); err != nil {
		return nil, err
	}
	return response, nil
}

func (e *end) handled(c *call, request any, handle grpc.UnaryHandler) (response any, err error) {
	defer e.survive(c.method, &err)
	if response, err = handle(context.WithValue(c.ctx, callKey{}, c), request); err != nil {
		return nil, err
	}
	return response, c.sending(proto.Size(response.(proto.Message)))
}

// survive turns a panic into an error: no message may end the process. To be deferred.
func (e *end) survive(what string, err *error) {
	if caught := recover(); caught != nil {
		*err = caughtPanic(e.log, what, caught)
	}
}

func caughtPanic(log *slog.Logger, what string, caught any) error {
	log.Error("a panic was caught", "in", what, "error", fmt.Sprint(caught), "stack", string(debug.Stack()))
	return refusal(ReasonAgentError, nil, "%s failed inside; its log has the cause", what)
}

// background runs what nobody waits for; a panic in it is logged and ends nothing else.
func (e *end) background(what string, run func()) {
	var err error
	defer e.survive(what, &err)
	run()
}

func leaving(err error) error {
	if err == nil {
		return nil
	}
	return toStatus(asError(err))
}

// serveStream is the same for a call that streams its responses.
func (e *end) serveStream(server any, stream grpc.ServerStream, info *grpc.StreamServerInfo, handle grpc.StreamHandler) error {
	if strings.HasPrefix(info.FullMethod, "/grpc.") {
		return handle(server, &awaitedStream{stream})
	}
	served := &servedStream{ServerStream: stream, end: e, method: info.FullMethod}
	err := served.run(server, handle)
	switch {
	case served.refused != nil:
		err = served.refused
	case served.call != nil:
		err = served.call.finish(served.passed, err)
	}
	return leaving(err)
}

// awaitedStream is a stream of gRPC's own services, with a bound on the wait for its first request.
type awaitedStream struct{ grpc.ServerStream }

func (s *awaitedStream) RecvMsg(request any) error {
	err := s.ServerStream.RecvMsg(request)
	if err == nil {
		hasCome(s.Context())
	}
	return err
}

// servedStream starts the policies when the request has been read, and looks at each response.
type servedStream struct {
	grpc.ServerStream
	end     *end
	method  string
	call    *call
	passed  int
	refused error
}

func (s *servedStream) run(server any, handle grpc.StreamHandler) (err error) {
	defer s.end.survive(s.method, &err)
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
	hasCome(s.ServerStream.Context())
	s.call, s.passed, s.refused = s.end.arrived(s.ServerStream.Context(), s.method, classOf(s.method, true), got)
	return s.refused
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
