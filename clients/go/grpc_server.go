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

// recoverPanic turns a panic into an error: no message may end the process. To be deferred.
func (e *endpoint) recoverPanic(what string, err *error) {
	if caught := recover(); caught != nil {
		*err = panicError(e.log, what, caught)
	}
}

func panicError(log *slog.Logger, what string, caught any) error {
	log.Error("a panic was caught", "in", what, "error", fmt.Sprint(caught), "stack", string(debug.Stack()))
	return refusal(ReasonAgentError, nil, "%s failed inside; its log has the cause", what)
}

// background runs what nobody waits for; a panic in it is logged and ends nothing else.
func (e *endpoint) background(what string, run func()) {
	var err error
	defer e.recoverPanic(what, &err)
	run()
}
