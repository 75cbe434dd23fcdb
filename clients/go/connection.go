package botmesh

import (
	"context"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/backoff"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/keepalive"
	"google.golang.org/protobuf/proto"
)

// dial returns a connection to one address, without gRPC's name resolver, proxy and retries. It connects on first use.
func dial(address string, interceptors ...grpc.UnaryClientInterceptor) (*grpc.ClientConn, error) {
	return grpc.NewClient("passthrough:///"+address,
		grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithNoProxy(),      // instances are dialled directly even if http_proxy is set
		grpc.WithDisableRetry(), // retry.go retries: only it knows which work may run twice
		grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(transportBytes), grpc.MaxCallSendMsgSize(transportBytes),
			grpc.ForceCodecV2(newWireCodec())),
		grpc.WithMaxHeaderListSize(maxHeaderBytes),
		grpc.WithConnectParams(grpc.ConnectParams{
			Backoff:           backoff.Config{BaseDelay: firstReconnect, Multiplier: 1.6, Jitter: 0.2, MaxDelay: slowReconnect},
			MinConnectTimeout: slowReconnect,
		}),
		grpc.WithKeepaliveParams(keepalive.ClientParameters{
			Time: keepaliveTime, Timeout: keepaliveAnswer, PermitWithoutStream: true,
		}),
		grpc.WithChainUnaryInterceptor(append(interceptors, readUnary)...), grpc.WithChainStreamInterceptor(readStream))
}

// controlInterceptor runs the policies of control methods around a unary call to a service: they set the deadline, check
// the size and turn errors into *Error.
func controlInterceptor(e *endpoint) grpc.UnaryClientInterceptor {
	return func(ctx context.Context, method string, request, response any, conn *grpc.ClientConn,
		invoke grpc.UnaryInvoker, options ...grpc.CallOption,
	) error {
		c := e.newCall(ctx, method, control, true)
		if at, ok := ctx.Deadline(); ok {
			c.requestedTimeout, c.hasTimeout = min(time.Until(at), c.limits.MaxTimeout), true
		}
		c.request = request.(proto.Message)
		c.requestSize = proto.Size(c.request)
		passed, err := c.start()
		if err != nil {
			return err
		}
		bounded, cancel := context.WithDeadline(ctx, c.deadline)
		defer cancel()
		err = invoke(bounded, method, request, response, conn, options...)
		if err == nil {
			err = c.received(proto.Size(response.(proto.Message)))
		}
		return c.finish(passed, err)
	}
}
