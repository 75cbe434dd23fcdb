package io.botmesh.v1;

import static io.grpc.MethodDescriptor.generateFullMethodName;

/**
 * <pre>
 * What every agent implements. Delegate, DelegateStream, Transfer and Notify are
 * work: all policies apply to them. The others are control: fields, deadline and
 * message size apply.
 * Deadlines: a work call without one gets 30 s; more than 300 s is refused. Control
 * calls without one get 30 s. Sizes: a message has 1 MiB at most, a streamed reply
 * 8 MiB in all. The mesh can set other values (limits.proto).
 * A work call carries its chain, the root delegation and all that follow from it, as
 * gRPC metadata, so that one interceptor serves unary and streaming calls alike. A
 * call without any of these keys starts a chain. All keys together stay under 4 KiB;
 * ids match [A-Za-z0-9._-]{1,64}.
 *   botmesh-path          agents gone through, oldest first, separated by commas. Its
 *                         length is the number of hops up to and with this call. An
 *                         agent of another account than the chain's is account/name.
 *   botmesh-max-hops      the most hops that the chain may have, 0 to 64. Can be lowered
 *                         on the way, never raised. Absent: the mesh's limit (5).
 *   botmesh-correlation   the chain's id. Absent: a new one is made.
 *   botmesh-conversation  the conversation's id. Absent: none.
 *   botmesh-account       the tenant. Absent: "default".
 *   botmesh-to            agent/instance that the caller means. Any other process answers
 *                         UNAVAILABLE, WRONG_INSTANCE and starts nothing. Absent:
 *                         whoever is called.
 *   traceparent           W3C Trace Context, with tracestate.
 * Every refusal is a status with google.rpc.ErrorInfo (error_reason.proto).
 * </pre>
 */
@io.grpc.stub.annotations.GrpcGenerated
public final class AgentServiceGrpc {

  private AgentServiceGrpc() {}

  public static final java.lang.String SERVICE_NAME = "botmesh.v1.AgentService";

  // Static method descriptors that strictly reflect the proto.
  private static volatile io.grpc.MethodDescriptor<io.botmesh.v1.DelegateRequest,
      io.botmesh.v1.DelegateResponse> getDelegateMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "Delegate",
      requestType = io.botmesh.v1.DelegateRequest.class,
      responseType = io.botmesh.v1.DelegateResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<io.botmesh.v1.DelegateRequest,
      io.botmesh.v1.DelegateResponse> getDelegateMethod() {
    io.grpc.MethodDescriptor<io.botmesh.v1.DelegateRequest, io.botmesh.v1.DelegateResponse> getDelegateMethod;
    if ((getDelegateMethod = AgentServiceGrpc.getDelegateMethod) == null) {
      synchronized (AgentServiceGrpc.class) {
        if ((getDelegateMethod = AgentServiceGrpc.getDelegateMethod) == null) {
          AgentServiceGrpc.getDelegateMethod = getDelegateMethod =
              io.grpc.MethodDescriptor.<io.botmesh.v1.DelegateRequest, io.botmesh.v1.DelegateResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "Delegate"))
              .setIdempotent(true)
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.botmesh.v1.DelegateRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.botmesh.v1.DelegateResponse.getDefaultInstance()))
              .setSchemaDescriptor(new AgentServiceMethodDescriptorSupplier("Delegate"))
              .build();
        }
      }
    }
    return getDelegateMethod;
  }

  private static volatile io.grpc.MethodDescriptor<io.botmesh.v1.DelegateStreamRequest,
      io.botmesh.v1.DelegateStreamResponse> getDelegateStreamMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "DelegateStream",
      requestType = io.botmesh.v1.DelegateStreamRequest.class,
      responseType = io.botmesh.v1.DelegateStreamResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.SERVER_STREAMING)
  public static io.grpc.MethodDescriptor<io.botmesh.v1.DelegateStreamRequest,
      io.botmesh.v1.DelegateStreamResponse> getDelegateStreamMethod() {
    io.grpc.MethodDescriptor<io.botmesh.v1.DelegateStreamRequest, io.botmesh.v1.DelegateStreamResponse> getDelegateStreamMethod;
    if ((getDelegateStreamMethod = AgentServiceGrpc.getDelegateStreamMethod) == null) {
      synchronized (AgentServiceGrpc.class) {
        if ((getDelegateStreamMethod = AgentServiceGrpc.getDelegateStreamMethod) == null) {
          AgentServiceGrpc.getDelegateStreamMethod = getDelegateStreamMethod =
              io.grpc.MethodDescriptor.<io.botmesh.v1.DelegateStreamRequest, io.botmesh.v1.DelegateStreamResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.SERVER_STREAMING)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "DelegateStream"))
              .setIdempotent(true)
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.botmesh.v1.DelegateStreamRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.botmesh.v1.DelegateStreamResponse.getDefaultInstance()))
              .setSchemaDescriptor(new AgentServiceMethodDescriptorSupplier("DelegateStream"))
              .build();
        }
      }
    }
    return getDelegateStreamMethod;
  }

  private static volatile io.grpc.MethodDescriptor<io.botmesh.v1.TransferRequest,
      io.botmesh.v1.TransferResponse> getTransferMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "Transfer",
      requestType = io.botmesh.v1.TransferRequest.class,
      responseType = io.botmesh.v1.TransferResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<io.botmesh.v1.TransferRequest,
      io.botmesh.v1.TransferResponse> getTransferMethod() {
    io.grpc.MethodDescriptor<io.botmesh.v1.TransferRequest, io.botmesh.v1.TransferResponse> getTransferMethod;
    if ((getTransferMethod = AgentServiceGrpc.getTransferMethod) == null) {
      synchronized (AgentServiceGrpc.class) {
        if ((getTransferMethod = AgentServiceGrpc.getTransferMethod) == null) {
          AgentServiceGrpc.getTransferMethod = getTransferMethod =
              io.grpc.MethodDescriptor.<io.botmesh.v1.TransferRequest, io.botmesh.v1.TransferResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "Transfer"))
              .setIdempotent(true)
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.botmesh.v1.TransferRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.botmesh.v1.TransferResponse.getDefaultInstance()))
              .setSchemaDescriptor(new AgentServiceMethodDescriptorSupplier("Transfer"))
              .build();
        }
      }
    }
    return getTransferMethod;
  }

  private static volatile io.grpc.MethodDescriptor<io.botmesh.v1.NotifyRequest,
      io.botmesh.v1.NotifyResponse> getNotifyMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "Notify",
      requestType = io.botmesh.v1.NotifyRequest.class,
      responseType = io.botmesh.v1.NotifyResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<io.botmesh.v1.NotifyRequest,
      io.botmesh.v1.NotifyResponse> getNotifyMethod() {
    io.grpc.MethodDescriptor<io.botmesh.v1.NotifyRequest, io.botmesh.v1.NotifyResponse> getNotifyMethod;
    if ((getNotifyMethod = AgentServiceGrpc.getNotifyMethod) == null) {
      synchronized (AgentServiceGrpc.class) {
        if ((getNotifyMethod = AgentServiceGrpc.getNotifyMethod) == null) {
          AgentServiceGrpc.getNotifyMethod = getNotifyMethod =
              io.grpc.MethodDescriptor.<io.botmesh.v1.NotifyRequest, io.botmesh.v1.NotifyResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "Notify"))
              .setIdempotent(true)
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.botmesh.v1.NotifyRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.botmesh.v1.NotifyResponse.getDefaultInstance()))
              .setSchemaDescriptor(new AgentServiceMethodDescriptorSupplier("Notify"))
              .build();
        }
      }
    }
    return getNotifyMethod;
  }

  private static volatile io.grpc.MethodDescriptor<io.botmesh.v1.CancelRequest,
      io.botmesh.v1.CancelResponse> getCancelMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "Cancel",
      requestType = io.botmesh.v1.CancelRequest.class,
      responseType = io.botmesh.v1.CancelResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<io.botmesh.v1.CancelRequest,
      io.botmesh.v1.CancelResponse> getCancelMethod() {
    io.grpc.MethodDescriptor<io.botmesh.v1.CancelRequest, io.botmesh.v1.CancelResponse> getCancelMethod;
    if ((getCancelMethod = AgentServiceGrpc.getCancelMethod) == null) {
      synchronized (AgentServiceGrpc.class) {
        if ((getCancelMethod = AgentServiceGrpc.getCancelMethod) == null) {
          AgentServiceGrpc.getCancelMethod = getCancelMethod =
              io.grpc.MethodDescriptor.<io.botmesh.v1.CancelRequest, io.botmesh.v1.CancelResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "Cancel"))
              .setIdempotent(true)
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.botmesh.v1.CancelRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.botmesh.v1.CancelResponse.getDefaultInstance()))
              .setSchemaDescriptor(new AgentServiceMethodDescriptorSupplier("Cancel"))
              .build();
        }
      }
    }
    return getCancelMethod;
  }

  private static volatile io.grpc.MethodDescriptor<io.botmesh.v1.GetCardRequest,
      io.botmesh.v1.GetCardResponse> getGetCardMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "GetCard",
      requestType = io.botmesh.v1.GetCardRequest.class,
      responseType = io.botmesh.v1.GetCardResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<io.botmesh.v1.GetCardRequest,
      io.botmesh.v1.GetCardResponse> getGetCardMethod() {
    io.grpc.MethodDescriptor<io.botmesh.v1.GetCardRequest, io.botmesh.v1.GetCardResponse> getGetCardMethod;
    if ((getGetCardMethod = AgentServiceGrpc.getGetCardMethod) == null) {
      synchronized (AgentServiceGrpc.class) {
        if ((getGetCardMethod = AgentServiceGrpc.getGetCardMethod) == null) {
          AgentServiceGrpc.getGetCardMethod = getGetCardMethod =
              io.grpc.MethodDescriptor.<io.botmesh.v1.GetCardRequest, io.botmesh.v1.GetCardResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "GetCard"))
              .setSafe(true)
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.botmesh.v1.GetCardRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.botmesh.v1.GetCardResponse.getDefaultInstance()))
              .setSchemaDescriptor(new AgentServiceMethodDescriptorSupplier("GetCard"))
              .build();
        }
      }
    }
    return getGetCardMethod;
  }

  private static volatile io.grpc.MethodDescriptor<io.botmesh.v1.GetStatsRequest,
      io.botmesh.v1.GetStatsResponse> getGetStatsMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "GetStats",
      requestType = io.botmesh.v1.GetStatsRequest.class,
      responseType = io.botmesh.v1.GetStatsResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<io.botmesh.v1.GetStatsRequest,
      io.botmesh.v1.GetStatsResponse> getGetStatsMethod() {
    io.grpc.MethodDescriptor<io.botmesh.v1.GetStatsRequest, io.botmesh.v1.GetStatsResponse> getGetStatsMethod;
    if ((getGetStatsMethod = AgentServiceGrpc.getGetStatsMethod) == null) {
      synchronized (AgentServiceGrpc.class) {
        if ((getGetStatsMethod = AgentServiceGrpc.getGetStatsMethod) == null) {
          AgentServiceGrpc.getGetStatsMethod = getGetStatsMethod =
              io.grpc.MethodDescriptor.<io.botmesh.v1.GetStatsRequest, io.botmesh.v1.GetStatsResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "GetStats"))
              .setSafe(true)
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.botmesh.v1.GetStatsRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.botmesh.v1.GetStatsResponse.getDefaultInstance()))
              .setSchemaDescriptor(new AgentServiceMethodDescriptorSupplier("GetStats"))
              .build();
        }
      }
    }
    return getGetStatsMethod;
  }

  private static volatile io.grpc.MethodDescriptor<io.botmesh.v1.LinkRequest,
      io.botmesh.v1.LinkResponse> getLinkMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "Link",
      requestType = io.botmesh.v1.LinkRequest.class,
      responseType = io.botmesh.v1.LinkResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.BIDI_STREAMING)
  public static io.grpc.MethodDescriptor<io.botmesh.v1.LinkRequest,
      io.botmesh.v1.LinkResponse> getLinkMethod() {
    io.grpc.MethodDescriptor<io.botmesh.v1.LinkRequest, io.botmesh.v1.LinkResponse> getLinkMethod;
    if ((getLinkMethod = AgentServiceGrpc.getLinkMethod) == null) {
      synchronized (AgentServiceGrpc.class) {
        if ((getLinkMethod = AgentServiceGrpc.getLinkMethod) == null) {
          AgentServiceGrpc.getLinkMethod = getLinkMethod =
              io.grpc.MethodDescriptor.<io.botmesh.v1.LinkRequest, io.botmesh.v1.LinkResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.BIDI_STREAMING)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "Link"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.botmesh.v1.LinkRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.botmesh.v1.LinkResponse.getDefaultInstance()))
              .setSchemaDescriptor(new AgentServiceMethodDescriptorSupplier("Link"))
              .build();
        }
      }
    }
    return getLinkMethod;
  }

  /**
   * Creates a new async stub that supports all call types for the service
   */
  public static AgentServiceStub newStub(io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<AgentServiceStub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<AgentServiceStub>() {
        @java.lang.Override
        public AgentServiceStub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new AgentServiceStub(channel, callOptions);
        }
      };
    return AgentServiceStub.newStub(factory, channel);
  }

  /**
   * Creates a new blocking-style stub that supports all types of calls on the service
   */
  public static AgentServiceBlockingV2Stub newBlockingV2Stub(
      io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<AgentServiceBlockingV2Stub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<AgentServiceBlockingV2Stub>() {
        @java.lang.Override
        public AgentServiceBlockingV2Stub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new AgentServiceBlockingV2Stub(channel, callOptions);
        }
      };
    return AgentServiceBlockingV2Stub.newStub(factory, channel);
  }

  /**
   * Creates a new blocking-style stub that supports unary and streaming output calls on the service
   */
  public static AgentServiceBlockingStub newBlockingStub(
      io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<AgentServiceBlockingStub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<AgentServiceBlockingStub>() {
        @java.lang.Override
        public AgentServiceBlockingStub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new AgentServiceBlockingStub(channel, callOptions);
        }
      };
    return AgentServiceBlockingStub.newStub(factory, channel);
  }

  /**
   * Creates a new ListenableFuture-style stub that supports unary calls on the service
   */
  public static AgentServiceFutureStub newFutureStub(
      io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<AgentServiceFutureStub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<AgentServiceFutureStub>() {
        @java.lang.Override
        public AgentServiceFutureStub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new AgentServiceFutureStub(channel, callOptions);
        }
      };
    return AgentServiceFutureStub.newStub(factory, channel);
  }

  /**
   * <pre>
   * What every agent implements. Delegate, DelegateStream, Transfer and Notify are
   * work: all policies apply to them. The others are control: fields, deadline and
   * message size apply.
   * Deadlines: a work call without one gets 30 s; more than 300 s is refused. Control
   * calls without one get 30 s. Sizes: a message has 1 MiB at most, a streamed reply
   * 8 MiB in all. The mesh can set other values (limits.proto).
   * A work call carries its chain, the root delegation and all that follow from it, as
   * gRPC metadata, so that one interceptor serves unary and streaming calls alike. A
   * call without any of these keys starts a chain. All keys together stay under 4 KiB;
   * ids match [A-Za-z0-9._-]{1,64}.
   *   botmesh-path          agents gone through, oldest first, separated by commas. Its
   *                         length is the number of hops up to and with this call. An
   *                         agent of another account than the chain's is account/name.
   *   botmesh-max-hops      the most hops that the chain may have, 0 to 64. Can be lowered
   *                         on the way, never raised. Absent: the mesh's limit (5).
   *   botmesh-correlation   the chain's id. Absent: a new one is made.
   *   botmesh-conversation  the conversation's id. Absent: none.
   *   botmesh-account       the tenant. Absent: "default".
   *   botmesh-to            agent/instance that the caller means. Any other process answers
   *                         UNAVAILABLE, WRONG_INSTANCE and starts nothing. Absent:
   *                         whoever is called.
   *   traceparent           W3C Trace Context, with tracestate.
   * Every refusal is a status with google.rpc.ErrorInfo (error_reason.proto).
   * </pre>
   */
  public interface AsyncService {

    /**
     * <pre>
     * Does a task and returns its reply. May be repeated under the same message id:
     * the repeat joins the running work or gets the same reply. Work belongs to its
     * message id: when the last caller is lost it goes on for 1 s, in which the same
     * id can attach again. A repeat with a later deadline moves the work's out.
     * </pre>
     */
    default void delegate(io.botmesh.v1.DelegateRequest request,
        io.grpc.stub.StreamObserver<io.botmesh.v1.DelegateResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getDelegateMethod(), responseObserver);
    }

    /**
     * <pre>
     * As Delegate, and sends what there is as soon as it is there. Ends after the
     * reply, always the last event. A repeat gets the events again from the first.
     * </pre>
     */
    default void delegateStream(io.botmesh.v1.DelegateStreamRequest request,
        io.grpc.stub.StreamObserver<io.botmesh.v1.DelegateStreamResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getDelegateStreamMethod(), responseObserver);
    }

    /**
     * <pre>
     * Offers a conversation. Answers whether the agent would take it; grants nothing.
     * May be repeated.
     * </pre>
     */
    default void transfer(io.botmesh.v1.TransferRequest request,
        io.grpc.stub.StreamObserver<io.botmesh.v1.TransferResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getTransferMethod(), responseObserver);
    }

    /**
     * <pre>
     * Hands over a message and returns when the agent has taken it: its work goes on
     * under the deadline of this call, whoever is lost. May be repeated under the same
     * message id; Delegate and DelegateStream attach to the work of a task.
     * </pre>
     */
    default void notify(io.botmesh.v1.NotifyRequest request,
        io.grpc.stub.StreamObserver<io.botmesh.v1.NotifyResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getNotifyMethod(), responseObserver);
    }

    /**
     * <pre>
     * Ends the work under a message id at once, and all below it. May be repeated.
     * </pre>
     */
    default void cancel(io.botmesh.v1.CancelRequest request,
        io.grpc.stub.StreamObserver<io.botmesh.v1.CancelResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getCancelMethod(), responseObserver);
    }

    /**
     * <pre>
     * Says who serves here. Always answers while the process lives.
     * </pre>
     */
    default void getCard(io.botmesh.v1.GetCardRequest request,
        io.grpc.stub.StreamObserver<io.botmesh.v1.GetCardResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getGetCardMethod(), responseObserver);
    }

    /**
     * <pre>
     * Counts since the process started.
     * </pre>
     */
    default void getStats(io.botmesh.v1.GetStatsRequest request,
        io.grpc.stub.StreamObserver<io.botmesh.v1.GetStatsResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getGetStatsMethod(), responseObserver);
    }

    /**
     * <pre>
     * Carries any number of calls of the methods above over one stream, so that what
     * gRPC spends on each call is spent on a batch of them (link.proto). Each call has
     * its policies as if it came by itself. Optional: an instance says when it registers
     * whether it takes links. Ends when its caller has sent its last; the calls that
     * still run then are given up.
     * </pre>
     */
    default io.grpc.stub.StreamObserver<io.botmesh.v1.LinkRequest> link(
        io.grpc.stub.StreamObserver<io.botmesh.v1.LinkResponse> responseObserver) {
      return io.grpc.stub.ServerCalls.asyncUnimplementedStreamingCall(getLinkMethod(), responseObserver);
    }
  }

  /**
   * Base class for the server implementation of the service AgentService.
   * <pre>
   * What every agent implements. Delegate, DelegateStream, Transfer and Notify are
   * work: all policies apply to them. The others are control: fields, deadline and
   * message size apply.
   * Deadlines: a work call without one gets 30 s; more than 300 s is refused. Control
   * calls without one get 30 s. Sizes: a message has 1 MiB at most, a streamed reply
   * 8 MiB in all. The mesh can set other values (limits.proto).
   * A work call carries its chain, the root delegation and all that follow from it, as
   * gRPC metadata, so that one interceptor serves unary and streaming calls alike. A
   * call without any of these keys starts a chain. All keys together stay under 4 KiB;
   * ids match [A-Za-z0-9._-]{1,64}.
   *   botmesh-path          agents gone through, oldest first, separated by commas. Its
   *                         length is the number of hops up to and with this call. An
   *                         agent of another account than the chain's is account/name.
   *   botmesh-max-hops      the most hops that the chain may have, 0 to 64. Can be lowered
   *                         on the way, never raised. Absent: the mesh's limit (5).
   *   botmesh-correlation   the chain's id. Absent: a new one is made.
   *   botmesh-conversation  the conversation's id. Absent: none.
   *   botmesh-account       the tenant. Absent: "default".
   *   botmesh-to            agent/instance that the caller means. Any other process answers
   *                         UNAVAILABLE, WRONG_INSTANCE and starts nothing. Absent:
   *                         whoever is called.
   *   traceparent           W3C Trace Context, with tracestate.
   * Every refusal is a status with google.rpc.ErrorInfo (error_reason.proto).
   * </pre>
   */
  public static abstract class AgentServiceImplBase
      implements io.grpc.BindableService, AsyncService {

    @java.lang.Override public final io.grpc.ServerServiceDefinition bindService() {
      return AgentServiceGrpc.bindService(this);
    }
  }

  /**
   * A stub to allow clients to do asynchronous rpc calls to service AgentService.
   * <pre>
   * What every agent implements. Delegate, DelegateStream, Transfer and Notify are
   * work: all policies apply to them. The others are control: fields, deadline and
   * message size apply.
   * Deadlines: a work call without one gets 30 s; more than 300 s is refused. Control
   * calls without one get 30 s. Sizes: a message has 1 MiB at most, a streamed reply
   * 8 MiB in all. The mesh can set other values (limits.proto).
   * A work call carries its chain, the root delegation and all that follow from it, as
   * gRPC metadata, so that one interceptor serves unary and streaming calls alike. A
   * call without any of these keys starts a chain. All keys together stay under 4 KiB;
   * ids match [A-Za-z0-9._-]{1,64}.
   *   botmesh-path          agents gone through, oldest first, separated by commas. Its
   *                         length is the number of hops up to and with this call. An
   *                         agent of another account than the chain's is account/name.
   *   botmesh-max-hops      the most hops that the chain may have, 0 to 64. Can be lowered
   *                         on the way, never raised. Absent: the mesh's limit (5).
   *   botmesh-correlation   the chain's id. Absent: a new one is made.
   *   botmesh-conversation  the conversation's id. Absent: none.
   *   botmesh-account       the tenant. Absent: "default".
   *   botmesh-to            agent/instance that the caller means. Any other process answers
   *                         UNAVAILABLE, WRONG_INSTANCE and starts nothing. Absent:
   *                         whoever is called.
   *   traceparent           W3C Trace Context, with tracestate.
   * Every refusal is a status with google.rpc.ErrorInfo (error_reason.proto).
   * </pre>
   */
  public static final class AgentServiceStub
      extends io.grpc.stub.AbstractAsyncStub<AgentServiceStub> {
    private AgentServiceStub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected AgentServiceStub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new AgentServiceStub(channel, callOptions);
    }

    /**
     * <pre>
     * Does a task and returns its reply. May be repeated under the same message id:
     * the repeat joins the running work or gets the same reply. Work belongs to its
     * message id: when the last caller is lost it goes on for 1 s, in which the same
     * id can attach again. A repeat with a later deadline moves the work's out.
     * </pre>
     */
    public void delegate(io.botmesh.v1.DelegateRequest request,
        io.grpc.stub.StreamObserver<io.botmesh.v1.DelegateResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getDelegateMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * As Delegate, and sends what there is as soon as it is there. Ends after the
     * reply, always the last event. A repeat gets the events again from the first.
     * </pre>
     */
    public void delegateStream(io.botmesh.v1.DelegateStreamRequest request,
        io.grpc.stub.StreamObserver<io.botmesh.v1.DelegateStreamResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncServerStreamingCall(
          getChannel().newCall(getDelegateStreamMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Offers a conversation. Answers whether the agent would take it; grants nothing.
     * May be repeated.
     * </pre>
     */
    public void transfer(io.botmesh.v1.TransferRequest request,
        io.grpc.stub.StreamObserver<io.botmesh.v1.TransferResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getTransferMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Hands over a message and returns when the agent has taken it: its work goes on
     * under the deadline of this call, whoever is lost. May be repeated under the same
     * message id; Delegate and DelegateStream attach to the work of a task.
     * </pre>
     */
    public void notify(io.botmesh.v1.NotifyRequest request,
        io.grpc.stub.StreamObserver<io.botmesh.v1.NotifyResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getNotifyMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Ends the work under a message id at once, and all below it. May be repeated.
     * </pre>
     */
    public void cancel(io.botmesh.v1.CancelRequest request,
        io.grpc.stub.StreamObserver<io.botmesh.v1.CancelResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getCancelMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Says who serves here. Always answers while the process lives.
     * </pre>
     */
    public void getCard(io.botmesh.v1.GetCardRequest request,
        io.grpc.stub.StreamObserver<io.botmesh.v1.GetCardResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getGetCardMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Counts since the process started.
     * </pre>
     */
    public void getStats(io.botmesh.v1.GetStatsRequest request,
        io.grpc.stub.StreamObserver<io.botmesh.v1.GetStatsResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getGetStatsMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Carries any number of calls of the methods above over one stream, so that what
     * gRPC spends on each call is spent on a batch of them (link.proto). Each call has
     * its policies as if it came by itself. Optional: an instance says when it registers
     * whether it takes links. Ends when its caller has sent its last; the calls that
     * still run then are given up.
     * </pre>
     */
    public io.grpc.stub.StreamObserver<io.botmesh.v1.LinkRequest> link(
        io.grpc.stub.StreamObserver<io.botmesh.v1.LinkResponse> responseObserver) {
      return io.grpc.stub.ClientCalls.asyncBidiStreamingCall(
          getChannel().newCall(getLinkMethod(), getCallOptions()), responseObserver);
    }
  }

  /**
   * A stub to allow clients to do synchronous rpc calls to service AgentService.
   * <pre>
   * What every agent implements. Delegate, DelegateStream, Transfer and Notify are
   * work: all policies apply to them. The others are control: fields, deadline and
   * message size apply.
   * Deadlines: a work call without one gets 30 s; more than 300 s is refused. Control
   * calls without one get 30 s. Sizes: a message has 1 MiB at most, a streamed reply
   * 8 MiB in all. The mesh can set other values (limits.proto).
   * A work call carries its chain, the root delegation and all that follow from it, as
   * gRPC metadata, so that one interceptor serves unary and streaming calls alike. A
   * call without any of these keys starts a chain. All keys together stay under 4 KiB;
   * ids match [A-Za-z0-9._-]{1,64}.
   *   botmesh-path          agents gone through, oldest first, separated by commas. Its
   *                         length is the number of hops up to and with this call. An
   *                         agent of another account than the chain's is account/name.
   *   botmesh-max-hops      the most hops that the chain may have, 0 to 64. Can be lowered
   *                         on the way, never raised. Absent: the mesh's limit (5).
   *   botmesh-correlation   the chain's id. Absent: a new one is made.
   *   botmesh-conversation  the conversation's id. Absent: none.
   *   botmesh-account       the tenant. Absent: "default".
   *   botmesh-to            agent/instance that the caller means. Any other process answers
   *                         UNAVAILABLE, WRONG_INSTANCE and starts nothing. Absent:
   *                         whoever is called.
   *   traceparent           W3C Trace Context, with tracestate.
   * Every refusal is a status with google.rpc.ErrorInfo (error_reason.proto).
   * </pre>
   */
  public static final class AgentServiceBlockingV2Stub
      extends io.grpc.stub.AbstractBlockingStub<AgentServiceBlockingV2Stub> {
    private AgentServiceBlockingV2Stub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected AgentServiceBlockingV2Stub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new AgentServiceBlockingV2Stub(channel, callOptions);
    }

    /**
     * <pre>
     * Does a task and returns its reply. May be repeated under the same message id:
     * the repeat joins the running work or gets the same reply. Work belongs to its
     * message id: when the last caller is lost it goes on for 1 s, in which the same
     * id can attach again. A repeat with a later deadline moves the work's out.
     * </pre>
     */
    public io.botmesh.v1.DelegateResponse delegate(io.botmesh.v1.DelegateRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getDelegateMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * As Delegate, and sends what there is as soon as it is there. Ends after the
     * reply, always the last event. A repeat gets the events again from the first.
     * </pre>
     */
    @io.grpc.ExperimentalApi("https://github.com/grpc/grpc-java/issues/10918")
    public io.grpc.stub.BlockingClientCall<?, io.botmesh.v1.DelegateStreamResponse>
        delegateStream(io.botmesh.v1.DelegateStreamRequest request) {
      return io.grpc.stub.ClientCalls.blockingV2ServerStreamingCall(
          getChannel(), getDelegateStreamMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Offers a conversation. Answers whether the agent would take it; grants nothing.
     * May be repeated.
     * </pre>
     */
    public io.botmesh.v1.TransferResponse transfer(io.botmesh.v1.TransferRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getTransferMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Hands over a message and returns when the agent has taken it: its work goes on
     * under the deadline of this call, whoever is lost. May be repeated under the same
     * message id; Delegate and DelegateStream attach to the work of a task.
     * </pre>
     */
    public io.botmesh.v1.NotifyResponse notify(io.botmesh.v1.NotifyRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getNotifyMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Ends the work under a message id at once, and all below it. May be repeated.
     * </pre>
     */
    public io.botmesh.v1.CancelResponse cancel(io.botmesh.v1.CancelRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getCancelMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Says who serves here. Always answers while the process lives.
     * </pre>
     */
    public io.botmesh.v1.GetCardResponse getCard(io.botmesh.v1.GetCardRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getGetCardMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Counts since the process started.
     * </pre>
     */
    public io.botmesh.v1.GetStatsResponse getStats(io.botmesh.v1.GetStatsRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getGetStatsMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Carries any number of calls of the methods above over one stream, so that what
     * gRPC spends on each call is spent on a batch of them (link.proto). Each call has
     * its policies as if it came by itself. Optional: an instance says when it registers
     * whether it takes links. Ends when its caller has sent its last; the calls that
     * still run then are given up.
     * </pre>
     */
    @io.grpc.ExperimentalApi("https://github.com/grpc/grpc-java/issues/10918")
    public io.grpc.stub.BlockingClientCall<io.botmesh.v1.LinkRequest, io.botmesh.v1.LinkResponse>
        link() {
      return io.grpc.stub.ClientCalls.blockingBidiStreamingCall(
          getChannel(), getLinkMethod(), getCallOptions());
    }
  }

  /**
   * A stub to allow clients to do limited synchronous rpc calls to service AgentService.
   * <pre>
   * What every agent implements. Delegate, DelegateStream, Transfer and Notify are
   * work: all policies apply to them. The others are control: fields, deadline and
   * message size apply.
   * Deadlines: a work call without one gets 30 s; more than 300 s is refused. Control
   * calls without one get 30 s. Sizes: a message has 1 MiB at most, a streamed reply
   * 8 MiB in all. The mesh can set other values (limits.proto).
   * A work call carries its chain, the root delegation and all that follow from it, as
   * gRPC metadata, so that one interceptor serves unary and streaming calls alike. A
   * call without any of these keys starts a chain. All keys together stay under 4 KiB;
   * ids match [A-Za-z0-9._-]{1,64}.
   *   botmesh-path          agents gone through, oldest first, separated by commas. Its
   *                         length is the number of hops up to and with this call. An
   *                         agent of another account than the chain's is account/name.
   *   botmesh-max-hops      the most hops that the chain may have, 0 to 64. Can be lowered
   *                         on the way, never raised. Absent: the mesh's limit (5).
   *   botmesh-correlation   the chain's id. Absent: a new one is made.
   *   botmesh-conversation  the conversation's id. Absent: none.
   *   botmesh-account       the tenant. Absent: "default".
   *   botmesh-to            agent/instance that the caller means. Any other process answers
   *                         UNAVAILABLE, WRONG_INSTANCE and starts nothing. Absent:
   *                         whoever is called.
   *   traceparent           W3C Trace Context, with tracestate.
   * Every refusal is a status with google.rpc.ErrorInfo (error_reason.proto).
   * </pre>
   */
  public static final class AgentServiceBlockingStub
      extends io.grpc.stub.AbstractBlockingStub<AgentServiceBlockingStub> {
    private AgentServiceBlockingStub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected AgentServiceBlockingStub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new AgentServiceBlockingStub(channel, callOptions);
    }

    /**
     * <pre>
     * Does a task and returns its reply. May be repeated under the same message id:
     * the repeat joins the running work or gets the same reply. Work belongs to its
     * message id: when the last caller is lost it goes on for 1 s, in which the same
     * id can attach again. A repeat with a later deadline moves the work's out.
     * </pre>
     */
    public io.botmesh.v1.DelegateResponse delegate(io.botmesh.v1.DelegateRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getDelegateMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * As Delegate, and sends what there is as soon as it is there. Ends after the
     * reply, always the last event. A repeat gets the events again from the first.
     * </pre>
     */
    public java.util.Iterator<io.botmesh.v1.DelegateStreamResponse> delegateStream(
        io.botmesh.v1.DelegateStreamRequest request) {
      return io.grpc.stub.ClientCalls.blockingServerStreamingCall(
          getChannel(), getDelegateStreamMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Offers a conversation. Answers whether the agent would take it; grants nothing.
     * May be repeated.
     * </pre>
     */
    public io.botmesh.v1.TransferResponse transfer(io.botmesh.v1.TransferRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getTransferMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Hands over a message and returns when the agent has taken it: its work goes on
     * under the deadline of this call, whoever is lost. May be repeated under the same
     * message id; Delegate and DelegateStream attach to the work of a task.
     * </pre>
     */
    public io.botmesh.v1.NotifyResponse notify(io.botmesh.v1.NotifyRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getNotifyMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Ends the work under a message id at once, and all below it. May be repeated.
     * </pre>
     */
    public io.botmesh.v1.CancelResponse cancel(io.botmesh.v1.CancelRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getCancelMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Says who serves here. Always answers while the process lives.
     * </pre>
     */
    public io.botmesh.v1.GetCardResponse getCard(io.botmesh.v1.GetCardRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getGetCardMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Counts since the process started.
     * </pre>
     */
    public io.botmesh.v1.GetStatsResponse getStats(io.botmesh.v1.GetStatsRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getGetStatsMethod(), getCallOptions(), request);
    }
  }

  /**
   * A stub to allow clients to do ListenableFuture-style rpc calls to service AgentService.
   * <pre>
   * What every agent implements. Delegate, DelegateStream, Transfer and Notify are
   * work: all policies apply to them. The others are control: fields, deadline and
   * message size apply.
   * Deadlines: a work call without one gets 30 s; more than 300 s is refused. Control
   * calls without one get 30 s. Sizes: a message has 1 MiB at most, a streamed reply
   * 8 MiB in all. The mesh can set other values (limits.proto).
   * A work call carries its chain, the root delegation and all that follow from it, as
   * gRPC metadata, so that one interceptor serves unary and streaming calls alike. A
   * call without any of these keys starts a chain. All keys together stay under 4 KiB;
   * ids match [A-Za-z0-9._-]{1,64}.
   *   botmesh-path          agents gone through, oldest first, separated by commas. Its
   *                         length is the number of hops up to and with this call. An
   *                         agent of another account than the chain's is account/name.
   *   botmesh-max-hops      the most hops that the chain may have, 0 to 64. Can be lowered
   *                         on the way, never raised. Absent: the mesh's limit (5).
   *   botmesh-correlation   the chain's id. Absent: a new one is made.
   *   botmesh-conversation  the conversation's id. Absent: none.
   *   botmesh-account       the tenant. Absent: "default".
   *   botmesh-to            agent/instance that the caller means. Any other process answers
   *                         UNAVAILABLE, WRONG_INSTANCE and starts nothing. Absent:
   *                         whoever is called.
   *   traceparent           W3C Trace Context, with tracestate.
   * Every refusal is a status with google.rpc.ErrorInfo (error_reason.proto).
   * </pre>
   */
  public static final class AgentServiceFutureStub
      extends io.grpc.stub.AbstractFutureStub<AgentServiceFutureStub> {
    private AgentServiceFutureStub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected AgentServiceFutureStub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new AgentServiceFutureStub(channel, callOptions);
    }

    /**
     * <pre>
     * Does a task and returns its reply. May be repeated under the same message id:
     * the repeat joins the running work or gets the same reply. Work belongs to its
     * message id: when the last caller is lost it goes on for 1 s, in which the same
     * id can attach again. A repeat with a later deadline moves the work's out.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<io.botmesh.v1.DelegateResponse> delegate(
        io.botmesh.v1.DelegateRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getDelegateMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Offers a conversation. Answers whether the agent would take it; grants nothing.
     * May be repeated.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<io.botmesh.v1.TransferResponse> transfer(
        io.botmesh.v1.TransferRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getTransferMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Hands over a message and returns when the agent has taken it: its work goes on
     * under the deadline of this call, whoever is lost. May be repeated under the same
     * message id; Delegate and DelegateStream attach to the work of a task.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<io.botmesh.v1.NotifyResponse> notify(
        io.botmesh.v1.NotifyRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getNotifyMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Ends the work under a message id at once, and all below it. May be repeated.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<io.botmesh.v1.CancelResponse> cancel(
        io.botmesh.v1.CancelRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getCancelMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Says who serves here. Always answers while the process lives.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<io.botmesh.v1.GetCardResponse> getCard(
        io.botmesh.v1.GetCardRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getGetCardMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Counts since the process started.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<io.botmesh.v1.GetStatsResponse> getStats(
        io.botmesh.v1.GetStatsRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getGetStatsMethod(), getCallOptions()), request);
    }
  }

  private static final int METHODID_DELEGATE = 0;
  private static final int METHODID_DELEGATE_STREAM = 1;
  private static final int METHODID_TRANSFER = 2;
  private static final int METHODID_NOTIFY = 3;
  private static final int METHODID_CANCEL = 4;
  private static final int METHODID_GET_CARD = 5;
  private static final int METHODID_GET_STATS = 6;
  private static final int METHODID_LINK = 7;

  private static final class MethodHandlers<Req, Resp> implements
      io.grpc.stub.ServerCalls.UnaryMethod<Req, Resp>,
      io.grpc.stub.ServerCalls.ServerStreamingMethod<Req, Resp>,
      io.grpc.stub.ServerCalls.ClientStreamingMethod<Req, Resp>,
      io.grpc.stub.ServerCalls.BidiStreamingMethod<Req, Resp> {
    private final AsyncService serviceImpl;
    private final int methodId;

    MethodHandlers(AsyncService serviceImpl, int methodId) {
      this.serviceImpl = serviceImpl;
      this.methodId = methodId;
    }

    @java.lang.Override
    @java.lang.SuppressWarnings("unchecked")
    public void invoke(Req request, io.grpc.stub.StreamObserver<Resp> responseObserver) {
      switch (methodId) {
        case METHODID_DELEGATE:
          serviceImpl.delegate((io.botmesh.v1.DelegateRequest) request,
              (io.grpc.stub.StreamObserver<io.botmesh.v1.DelegateResponse>) responseObserver);
          break;
        case METHODID_DELEGATE_STREAM:
          serviceImpl.delegateStream((io.botmesh.v1.DelegateStreamRequest) request,
              (io.grpc.stub.StreamObserver<io.botmesh.v1.DelegateStreamResponse>) responseObserver);
          break;
        case METHODID_TRANSFER:
          serviceImpl.transfer((io.botmesh.v1.TransferRequest) request,
              (io.grpc.stub.StreamObserver<io.botmesh.v1.TransferResponse>) responseObserver);
          break;
        case METHODID_NOTIFY:
          serviceImpl.notify((io.botmesh.v1.NotifyRequest) request,
              (io.grpc.stub.StreamObserver<io.botmesh.v1.NotifyResponse>) responseObserver);
          break;
        case METHODID_CANCEL:
          serviceImpl.cancel((io.botmesh.v1.CancelRequest) request,
              (io.grpc.stub.StreamObserver<io.botmesh.v1.CancelResponse>) responseObserver);
          break;
        case METHODID_GET_CARD:
          serviceImpl.getCard((io.botmesh.v1.GetCardRequest) request,
              (io.grpc.stub.StreamObserver<io.botmesh.v1.GetCardResponse>) responseObserver);
          break;
        case METHODID_GET_STATS:
          serviceImpl.getStats((io.botmesh.v1.GetStatsRequest) request,
              (io.grpc.stub.StreamObserver<io.botmesh.v1.GetStatsResponse>) responseObserver);
          break;
        default:
          throw new AssertionError();
      }
    }

    @java.lang.Override
    @java.lang.SuppressWarnings("unchecked")
    public io.grpc.stub.StreamObserver<Req> invoke(
        io.grpc.stub.StreamObserver<Resp> responseObserver) {
      switch (methodId) {
        case METHODID_LINK:
          return (io.grpc.stub.StreamObserver<Req>) serviceImpl.link(
              (io.grpc.stub.StreamObserver<io.botmesh.v1.LinkResponse>) responseObserver);
        default:
          throw new AssertionError();
      }
    }
  }

  public static final io.grpc.ServerServiceDefinition bindService(AsyncService service) {
    return io.grpc.ServerServiceDefinition.builder(getServiceDescriptor())
        .addMethod(
          getDelegateMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              io.botmesh.v1.DelegateRequest,
              io.botmesh.v1.DelegateResponse>(
                service, METHODID_DELEGATE)))
        .addMethod(
          getDelegateStreamMethod(),
          io.grpc.stub.ServerCalls.asyncServerStreamingCall(
            new MethodHandlers<
              io.botmesh.v1.DelegateStreamRequest,
              io.botmesh.v1.DelegateStreamResponse>(
                service, METHODID_DELEGATE_STREAM)))
        .addMethod(
          getTransferMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              io.botmesh.v1.TransferRequest,
              io.botmesh.v1.TransferResponse>(
                service, METHODID_TRANSFER)))
        .addMethod(
          getNotifyMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              io.botmesh.v1.NotifyRequest,
              io.botmesh.v1.NotifyResponse>(
                service, METHODID_NOTIFY)))
        .addMethod(
          getCancelMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              io.botmesh.v1.CancelRequest,
              io.botmesh.v1.CancelResponse>(
                service, METHODID_CANCEL)))
        .addMethod(
          getGetCardMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              io.botmesh.v1.GetCardRequest,
              io.botmesh.v1.GetCardResponse>(
                service, METHODID_GET_CARD)))
        .addMethod(
          getGetStatsMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              io.botmesh.v1.GetStatsRequest,
              io.botmesh.v1.GetStatsResponse>(
                service, METHODID_GET_STATS)))
        .addMethod(
          getLinkMethod(),
          io.grpc.stub.ServerCalls.asyncBidiStreamingCall(
            new MethodHandlers<
              io.botmesh.v1.LinkRequest,
              io.botmesh.v1.LinkResponse>(
                service, METHODID_LINK)))
        .build();
  }

  private static abstract class AgentServiceBaseDescriptorSupplier
      implements io.grpc.protobuf.ProtoFileDescriptorSupplier, io.grpc.protobuf.ProtoServiceDescriptorSupplier {
    AgentServiceBaseDescriptorSupplier() {}

    @java.lang.Override
    public com.google.protobuf.Descriptors.FileDescriptor getFileDescriptor() {
      return io.botmesh.v1.AgentServiceOuterClass.getDescriptor();
    }

    @java.lang.Override
    public com.google.protobuf.Descriptors.ServiceDescriptor getServiceDescriptor() {
      return getFileDescriptor().findServiceByName("AgentService");
    }
  }

  private static final class AgentServiceFileDescriptorSupplier
      extends AgentServiceBaseDescriptorSupplier {
    AgentServiceFileDescriptorSupplier() {}
  }

  private static final class AgentServiceMethodDescriptorSupplier
      extends AgentServiceBaseDescriptorSupplier
      implements io.grpc.protobuf.ProtoMethodDescriptorSupplier {
    private final java.lang.String methodName;

    AgentServiceMethodDescriptorSupplier(java.lang.String methodName) {
      this.methodName = methodName;
    }

    @java.lang.Override
    public com.google.protobuf.Descriptors.MethodDescriptor getMethodDescriptor() {
      return getServiceDescriptor().findMethodByName(methodName);
    }
  }

  private static volatile io.grpc.ServiceDescriptor serviceDescriptor;

  public static io.grpc.ServiceDescriptor getServiceDescriptor() {
    io.grpc.ServiceDescriptor result = serviceDescriptor;
    if (result == null) {
      synchronized (AgentServiceGrpc.class) {
        result = serviceDescriptor;
        if (result == null) {
          serviceDescriptor = result = io.grpc.ServiceDescriptor.newBuilder(SERVICE_NAME)
              .setSchemaDescriptor(new AgentServiceFileDescriptorSupplier())
              .addMethod(getDelegateMethod())
              .addMethod(getDelegateStreamMethod())
              .addMethod(getTransferMethod())
              .addMethod(getNotifyMethod())
              .addMethod(getCancelMethod())
              .addMethod(getGetCardMethod())
              .addMethod(getGetStatsMethod())
              .addMethod(getLinkMethod())
              .build();
        }
      }
    }
    return result;
  }
}
