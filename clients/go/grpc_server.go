package botmesh

import (
	"fmt"
	"log/slog"
	"net"
	"runtime/debug"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/health"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/keepalive"
	"google.golang.org/grpc/reflection"
)

// serverBounds limit what connections may cost a server.
type serverBounds struct {
	calls       uint32        // concurrent calls per connection; further calls wait at the caller
	handshake   time.Duration // until a new connection must have completed the HTTP/2 handshake
	idle        time.Duration // until a connection without calls is closed; callers reconnect
	request     time.Duration // until the request of a call must have arrived
	headerBytes uint32        // metadata of one call
}

var defaultBounds = serverBounds{
	calls: 1000, handshake: 10 * time.Second, idle: 5 * time.Minute, request: 30 * time.Second, headerBytes: maxHeaderBytes,
}

// newGRPCServer returns a server with the policies, gRPC health and gRPC reflection.
func newGRPCServer(e *endpoint, bounds serverBounds) (*grpc.Server, *health.Server) {
	server := grpc.NewServer(
		grpc.MaxRecvMsgSize(transportBytes), grpc.MaxSendMsgSize(transportBytes),
		grpc.MaxConcurrentStreams(bounds.calls), grpc.ConnectionTimeout(bounds.handshake),
		grpc.MaxHeaderListSize(bounds.headerBytes), grpc.InTapHandle(limitRequestWait(bounds.request)),
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

// recoverPanic logs a panic and sets *err, so that no message can end the process. Call it with defer.
func (e *endpoint) recoverPanic(what string, err *error) {
	if caught := recover(); caught != nil {
		*err = panicError(e.log, what, caught)
	}
}

func panicError(log *slog.Logger, what string, caught any) error {
	log.Error("a panic was caught", "in", what, "error", fmt.Sprint(caught), "stack", string(debug.Stack()))
	return refusal(ReasonAgentError, nil, "%s failed inside; its log has the cause", what)
}

// background runs a function and logs a panic in it.
func (e *endpoint) background(what string, run func()) {
	var err error
	defer e.recoverPanic(what, &err)
	run()
}
