package botmesh

import (
	"context"
	"net"
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

// newGRPCServer makes a server as every part of the mesh has it: policies, health, reflection.
func newGRPCServer(e *end) (*grpc.Server, *health.Server) {
	server := grpc.NewServer(
		grpc.MaxRecvMsgSize(transportBytes), grpc.MaxSendMsgSize(transportBytes),
		grpc.KeepaliveParams(keepalive.ServerParameters{Time: keepaliveTime, Timeout: keepaliveAnswer}),
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
func (e *end) arrived(ctx context.Context, method string, class methodClass, request any) (*call, int, error) {
	c := e.newCall(ctx, method, class, false)
	c.metadata, _ = metadata.FromIncomingContext(ctx)
	if at, ok := ctx.Deadline(); ok {
		c.asked, c.hasAsked = time.Until(at), true
		if c.asked > 10*beforeGRPC {
			c.asked -= beforeGRPC
		}
	}
	c.requestSize = proto.Size(request.(proto.Message))
	if carries, ok := request.(interface{ GetMessage() *pb.Message }); ok && class == work {
		if c.message = carries.GetMessage(); c.message == nil {
			c.message = &pb.Message{}
		}
	}
	passed, err := c.start()
	return c, passed, err
}

// serveUnary runs the policies at the callee of a unary call; every error leaves as a typed status.
func (e *end) serveUnary(ctx context.Context, request any, info *grpc.UnaryServerInfo, handle grpc.UnaryHandler) (any, error) {
	class := classOf(info.FullMethod, false)
	if class == watch {
		return handle(ctx, request)
	}
	c, passed, err := e.arrived(ctx, info.FullMethod, class, request)
	if err != nil {
		return nil, toStatus(asError(err))
	}
	response, err := handle(context.WithValue(c.ctx, callKey{}, c), request)
	if err == nil {
		err = c.sending(proto.Size(response.(proto.Message)))
	}
	if err = c.finish(passed, err); err != nil {
		return nil, toStatus(asError(err))
	}
	return response, nil
}

// serveStream is the same for a call that streams its responses.
func (e *end) serveStream(server any, stream grpc.ServerStream, info *grpc.StreamServerInfo, handle grpc.StreamHandler) error {
	if strings.HasPrefix(info.FullMethod, "/grpc.") {
		return handle(server, stream)
	}
	served := &servedStream{ServerStream: stream, end: e, method: info.FullMethod}
	err := handle(server, served)
	if served.call == nil {
		return err
	}
	if served.refused == nil {
		served.refused = served.call.finish(served.passed, err)
	}
	if served.refused != nil {
		return toStatus(asError(served.refused))
	}
	return nil
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

func (s *servedStream) RecvMsg(request any) error {
	err := s.ServerStream.RecvMsg(request)
	if err != nil || s.call != nil {
		return err
	}
	s.call, s.passed, s.refused = s.end.arrived(s.ServerStream.Context(), s.method, classOf(s.method, true), request)
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
