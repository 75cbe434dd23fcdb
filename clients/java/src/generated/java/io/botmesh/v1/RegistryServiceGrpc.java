package io.botmesh.v1;

import static io.grpc.MethodDescriptor.generateFullMethodName;

/**
 * <pre>
 * Tracks the agents that are registered and alive. On nobody's hot path: callers
 * keep a watched copy and dial instances directly.
 * Accounts are advisory until callers are authenticated: an account keeps honest
 * agents apart and stops nobody.
 * </pre>
 */
@io.grpc.stub.annotations.GrpcGenerated
public final class RegistryServiceGrpc {

  private RegistryServiceGrpc() {}

  public static final java.lang.String SERVICE_NAME = "botmesh.v1.RegistryService";

  // Static method descriptors that strictly reflect the proto.
  private static volatile io.grpc.MethodDescriptor<io.botmesh.v1.RegisterRequest,
      io.botmesh.v1.RegisterResponse> getRegisterMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "Register",
      requestType = io.botmesh.v1.RegisterRequest.class,
      responseType = io.botmesh.v1.RegisterResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<io.botmesh.v1.RegisterRequest,
      io.botmesh.v1.RegisterResponse> getRegisterMethod() {
    io.grpc.MethodDescriptor<io.botmesh.v1.RegisterRequest, io.botmesh.v1.RegisterResponse> getRegisterMethod;
    if ((getRegisterMethod = RegistryServiceGrpc.getRegisterMethod) == null) {
      synchronized (RegistryServiceGrpc.class) {
        if ((getRegisterMethod = RegistryServiceGrpc.getRegisterMethod) == null) {
          RegistryServiceGrpc.getRegisterMethod = getRegisterMethod =
              io.grpc.MethodDescriptor.<io.botmesh.v1.RegisterRequest, io.botmesh.v1.RegisterResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "Register"))
              .setIdempotent(true)
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.botmesh.v1.RegisterRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.botmesh.v1.RegisterResponse.getDefaultInstance()))
              .setSchemaDescriptor(new RegistryServiceMethodDescriptorSupplier("Register"))
              .build();
        }
      }
    }
    return getRegisterMethod;
  }

  private static volatile io.grpc.MethodDescriptor<io.botmesh.v1.HeartbeatRequest,
      io.botmesh.v1.HeartbeatResponse> getHeartbeatMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "Heartbeat",
      requestType = io.botmesh.v1.HeartbeatRequest.class,
      responseType = io.botmesh.v1.HeartbeatResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.BIDI_STREAMING)
  public static io.grpc.MethodDescriptor<io.botmesh.v1.HeartbeatRequest,
      io.botmesh.v1.HeartbeatResponse> getHeartbeatMethod() {
    io.grpc.MethodDescriptor<io.botmesh.v1.HeartbeatRequest, io.botmesh.v1.HeartbeatResponse> getHeartbeatMethod;
    if ((getHeartbeatMethod = RegistryServiceGrpc.getHeartbeatMethod) == null) {
      synchronized (RegistryServiceGrpc.class) {
        if ((getHeartbeatMethod = RegistryServiceGrpc.getHeartbeatMethod) == null) {
          RegistryServiceGrpc.getHeartbeatMethod = getHeartbeatMethod =
              io.grpc.MethodDescriptor.<io.botmesh.v1.HeartbeatRequest, io.botmesh.v1.HeartbeatResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.BIDI_STREAMING)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "Heartbeat"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.botmesh.v1.HeartbeatRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.botmesh.v1.HeartbeatResponse.getDefaultInstance()))
              .setSchemaDescriptor(new RegistryServiceMethodDescriptorSupplier("Heartbeat"))
              .build();
        }
      }
    }
    return getHeartbeatMethod;
  }

  private static volatile io.grpc.MethodDescriptor<io.botmesh.v1.DeregisterRequest,
      io.botmesh.v1.DeregisterResponse> getDeregisterMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "Deregister",
      requestType = io.botmesh.v1.DeregisterRequest.class,
      responseType = io.botmesh.v1.DeregisterResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<io.botmesh.v1.DeregisterRequest,
      io.botmesh.v1.DeregisterResponse> getDeregisterMethod() {
    io.grpc.MethodDescriptor<io.botmesh.v1.DeregisterRequest, io.botmesh.v1.DeregisterResponse> getDeregisterMethod;
    if ((getDeregisterMethod = RegistryServiceGrpc.getDeregisterMethod) == null) {
      synchronized (RegistryServiceGrpc.class) {
        if ((getDeregisterMethod = RegistryServiceGrpc.getDeregisterMethod) == null) {
          RegistryServiceGrpc.getDeregisterMethod = getDeregisterMethod =
              io.grpc.MethodDescriptor.<io.botmesh.v1.DeregisterRequest, io.botmesh.v1.DeregisterResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "Deregister"))
              .setIdempotent(true)
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.botmesh.v1.DeregisterRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.botmesh.v1.DeregisterResponse.getDefaultInstance()))
              .setSchemaDescriptor(new RegistryServiceMethodDescriptorSupplier("Deregister"))
              .build();
        }
      }
    }
    return getDeregisterMethod;
  }

  private static volatile io.grpc.MethodDescriptor<io.botmesh.v1.GetAgentRequest,
      io.botmesh.v1.GetAgentResponse> getGetAgentMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "GetAgent",
      requestType = io.botmesh.v1.GetAgentRequest.class,
      responseType = io.botmesh.v1.GetAgentResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<io.botmesh.v1.GetAgentRequest,
      io.botmesh.v1.GetAgentResponse> getGetAgentMethod() {
    io.grpc.MethodDescriptor<io.botmesh.v1.GetAgentRequest, io.botmesh.v1.GetAgentResponse> getGetAgentMethod;
    if ((getGetAgentMethod = RegistryServiceGrpc.getGetAgentMethod) == null) {
      synchronized (RegistryServiceGrpc.class) {
        if ((getGetAgentMethod = RegistryServiceGrpc.getGetAgentMethod) == null) {
          RegistryServiceGrpc.getGetAgentMethod = getGetAgentMethod =
              io.grpc.MethodDescriptor.<io.botmesh.v1.GetAgentRequest, io.botmesh.v1.GetAgentResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "GetAgent"))
              .setSafe(true)
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.botmesh.v1.GetAgentRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.botmesh.v1.GetAgentResponse.getDefaultInstance()))
              .setSchemaDescriptor(new RegistryServiceMethodDescriptorSupplier("GetAgent"))
              .build();
        }
      }
    }
    return getGetAgentMethod;
  }

  private static volatile io.grpc.MethodDescriptor<io.botmesh.v1.ListAgentsRequest,
      io.botmesh.v1.ListAgentsResponse> getListAgentsMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "ListAgents",
      requestType = io.botmesh.v1.ListAgentsRequest.class,
      responseType = io.botmesh.v1.ListAgentsResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<io.botmesh.v1.ListAgentsRequest,
      io.botmesh.v1.ListAgentsResponse> getListAgentsMethod() {
    io.grpc.MethodDescriptor<io.botmesh.v1.ListAgentsRequest, io.botmesh.v1.ListAgentsResponse> getListAgentsMethod;
    if ((getListAgentsMethod = RegistryServiceGrpc.getListAgentsMethod) == null) {
      synchronized (RegistryServiceGrpc.class) {
        if ((getListAgentsMethod = RegistryServiceGrpc.getListAgentsMethod) == null) {
          RegistryServiceGrpc.getListAgentsMethod = getListAgentsMethod =
              io.grpc.MethodDescriptor.<io.botmesh.v1.ListAgentsRequest, io.botmesh.v1.ListAgentsResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "ListAgents"))
              .setSafe(true)
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.botmesh.v1.ListAgentsRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.botmesh.v1.ListAgentsResponse.getDefaultInstance()))
              .setSchemaDescriptor(new RegistryServiceMethodDescriptorSupplier("ListAgents"))
              .build();
        }
      }
    }
    return getListAgentsMethod;
  }

  private static volatile io.grpc.MethodDescriptor<io.botmesh.v1.ResolveAgentRequest,
      io.botmesh.v1.ResolveAgentResponse> getResolveAgentMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "ResolveAgent",
      requestType = io.botmesh.v1.ResolveAgentRequest.class,
      responseType = io.botmesh.v1.ResolveAgentResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<io.botmesh.v1.ResolveAgentRequest,
      io.botmesh.v1.ResolveAgentResponse> getResolveAgentMethod() {
    io.grpc.MethodDescriptor<io.botmesh.v1.ResolveAgentRequest, io.botmesh.v1.ResolveAgentResponse> getResolveAgentMethod;
    if ((getResolveAgentMethod = RegistryServiceGrpc.getResolveAgentMethod) == null) {
      synchronized (RegistryServiceGrpc.class) {
        if ((getResolveAgentMethod = RegistryServiceGrpc.getResolveAgentMethod) == null) {
          RegistryServiceGrpc.getResolveAgentMethod = getResolveAgentMethod =
              io.grpc.MethodDescriptor.<io.botmesh.v1.ResolveAgentRequest, io.botmesh.v1.ResolveAgentResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "ResolveAgent"))
              .setSafe(true)
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.botmesh.v1.ResolveAgentRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.botmesh.v1.ResolveAgentResponse.getDefaultInstance()))
              .setSchemaDescriptor(new RegistryServiceMethodDescriptorSupplier("ResolveAgent"))
              .build();
        }
      }
    }
    return getResolveAgentMethod;
  }

  private static volatile io.grpc.MethodDescriptor<io.botmesh.v1.FindAgentsRequest,
      io.botmesh.v1.FindAgentsResponse> getFindAgentsMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "FindAgents",
      requestType = io.botmesh.v1.FindAgentsRequest.class,
      responseType = io.botmesh.v1.FindAgentsResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<io.botmesh.v1.FindAgentsRequest,
      io.botmesh.v1.FindAgentsResponse> getFindAgentsMethod() {
    io.grpc.MethodDescriptor<io.botmesh.v1.FindAgentsRequest, io.botmesh.v1.FindAgentsResponse> getFindAgentsMethod;
    if ((getFindAgentsMethod = RegistryServiceGrpc.getFindAgentsMethod) == null) {
      synchronized (RegistryServiceGrpc.class) {
        if ((getFindAgentsMethod = RegistryServiceGrpc.getFindAgentsMethod) == null) {
          RegistryServiceGrpc.getFindAgentsMethod = getFindAgentsMethod =
              io.grpc.MethodDescriptor.<io.botmesh.v1.FindAgentsRequest, io.botmesh.v1.FindAgentsResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "FindAgents"))
              .setSafe(true)
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.botmesh.v1.FindAgentsRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.botmesh.v1.FindAgentsResponse.getDefaultInstance()))
              .setSchemaDescriptor(new RegistryServiceMethodDescriptorSupplier("FindAgents"))
              .build();
        }
      }
    }
    return getFindAgentsMethod;
  }

  private static volatile io.grpc.MethodDescriptor<io.botmesh.v1.ReportUnreachableRequest,
      io.botmesh.v1.ReportUnreachableResponse> getReportUnreachableMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "ReportUnreachable",
      requestType = io.botmesh.v1.ReportUnreachableRequest.class,
      responseType = io.botmesh.v1.ReportUnreachableResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<io.botmesh.v1.ReportUnreachableRequest,
      io.botmesh.v1.ReportUnreachableResponse> getReportUnreachableMethod() {
    io.grpc.MethodDescriptor<io.botmesh.v1.ReportUnreachableRequest, io.botmesh.v1.ReportUnreachableResponse> getReportUnreachableMethod;
    if ((getReportUnreachableMethod = RegistryServiceGrpc.getReportUnreachableMethod) == null) {
      synchronized (RegistryServiceGrpc.class) {
        if ((getReportUnreachableMethod = RegistryServiceGrpc.getReportUnreachableMethod) == null) {
          RegistryServiceGrpc.getReportUnreachableMethod = getReportUnreachableMethod =
              io.grpc.MethodDescriptor.<io.botmesh.v1.ReportUnreachableRequest, io.botmesh.v1.ReportUnreachableResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "ReportUnreachable"))
              .setIdempotent(true)
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.botmesh.v1.ReportUnreachableRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.botmesh.v1.ReportUnreachableResponse.getDefaultInstance()))
              .setSchemaDescriptor(new RegistryServiceMethodDescriptorSupplier("ReportUnreachable"))
              .build();
        }
      }
    }
    return getReportUnreachableMethod;
  }

  private static volatile io.grpc.MethodDescriptor<io.botmesh.v1.WatchAgentsRequest,
      io.botmesh.v1.WatchAgentsResponse> getWatchAgentsMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "WatchAgents",
      requestType = io.botmesh.v1.WatchAgentsRequest.class,
      responseType = io.botmesh.v1.WatchAgentsResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.SERVER_STREAMING)
  public static io.grpc.MethodDescriptor<io.botmesh.v1.WatchAgentsRequest,
      io.botmesh.v1.WatchAgentsResponse> getWatchAgentsMethod() {
    io.grpc.MethodDescriptor<io.botmesh.v1.WatchAgentsRequest, io.botmesh.v1.WatchAgentsResponse> getWatchAgentsMethod;
    if ((getWatchAgentsMethod = RegistryServiceGrpc.getWatchAgentsMethod) == null) {
      synchronized (RegistryServiceGrpc.class) {
        if ((getWatchAgentsMethod = RegistryServiceGrpc.getWatchAgentsMethod) == null) {
          RegistryServiceGrpc.getWatchAgentsMethod = getWatchAgentsMethod =
              io.grpc.MethodDescriptor.<io.botmesh.v1.WatchAgentsRequest, io.botmesh.v1.WatchAgentsResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.SERVER_STREAMING)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "WatchAgents"))
              .setSafe(true)
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.botmesh.v1.WatchAgentsRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.botmesh.v1.WatchAgentsResponse.getDefaultInstance()))
              .setSchemaDescriptor(new RegistryServiceMethodDescriptorSupplier("WatchAgents"))
              .build();
        }
      }
    }
    return getWatchAgentsMethod;
  }

  /**
   * Creates a new async stub that supports all call types for the service
   */
  public static RegistryServiceStub newStub(io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<RegistryServiceStub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<RegistryServiceStub>() {
        @java.lang.Override
        public RegistryServiceStub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new RegistryServiceStub(channel, callOptions);
        }
      };
    return RegistryServiceStub.newStub(factory, channel);
  }

  /**
   * Creates a new blocking-style stub that supports all types of calls on the service
   */
  public static RegistryServiceBlockingV2Stub newBlockingV2Stub(
      io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<RegistryServiceBlockingV2Stub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<RegistryServiceBlockingV2Stub>() {
        @java.lang.Override
        public RegistryServiceBlockingV2Stub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new RegistryServiceBlockingV2Stub(channel, callOptions);
        }
      };
    return RegistryServiceBlockingV2Stub.newStub(factory, channel);
  }

  /**
   * Creates a new blocking-style stub that supports unary and streaming output calls on the service
   */
  public static RegistryServiceBlockingStub newBlockingStub(
      io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<RegistryServiceBlockingStub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<RegistryServiceBlockingStub>() {
        @java.lang.Override
        public RegistryServiceBlockingStub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new RegistryServiceBlockingStub(channel, callOptions);
        }
      };
    return RegistryServiceBlockingStub.newStub(factory, channel);
  }

  /**
   * Creates a new ListenableFuture-style stub that supports unary calls on the service
   */
  public static RegistryServiceFutureStub newFutureStub(
      io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<RegistryServiceFutureStub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<RegistryServiceFutureStub>() {
        @java.lang.Override
        public RegistryServiceFutureStub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new RegistryServiceFutureStub(channel, callOptions);
        }
      };
    return RegistryServiceFutureStub.newStub(factory, channel);
  }

  /**
   * <pre>
   * Tracks the agents that are registered and alive. On nobody's hot path: callers
   * keep a watched copy and dial instances directly.
   * Accounts are advisory until callers are authenticated: an account keeps honest
   * agents apart and stops nobody.
   * </pre>
   */
  public interface AsyncService {

    /**
     * <pre>
     * Grants a lease. The instance is listed once it was probed at its address:
     * health, and a GetCard that echoes agent and instance id. May be repeated: the
     * same id and token renew; another token is ALREADY_EXISTS. INVALID_ARGUMENT
     * names the field; RESOURCE_EXHAUSTED where there are too many.
     * </pre>
     */
    default void register(io.botmesh.v1.RegisterRequest request,
        io.grpc.stub.StreamObserver<io.botmesh.v1.RegisterResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getRegisterMethod(), responseObserver);
    }

    /**
     * <pre>
     * Keeps a lease: one stream per instance, a message every heartbeat interval,
     * each answered. Ends with NOT_FOUND for an unknown lease: register anew.
     * </pre>
     */
    default io.grpc.stub.StreamObserver<io.botmesh.v1.HeartbeatRequest> heartbeat(
        io.grpc.stub.StreamObserver<io.botmesh.v1.HeartbeatResponse> responseObserver) {
      return io.grpc.stub.ServerCalls.asyncUnimplementedStreamingCall(getHeartbeatMethod(), responseObserver);
    }

    /**
     * <pre>
     * Ends a lease at once. May be repeated; an unknown lease is no error.
     * </pre>
     */
    default void deregister(io.botmesh.v1.DeregisterRequest request,
        io.grpc.stub.StreamObserver<io.botmesh.v1.DeregisterResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getDeregisterMethod(), responseObserver);
    }

    /**
     * <pre>
     * One agent with its instances. NOT_FOUND with the nearest names.
     * </pre>
     */
    default void getAgent(io.botmesh.v1.GetAgentRequest request,
        io.grpc.stub.StreamObserver<io.botmesh.v1.GetAgentResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getGetAgentMethod(), responseObserver);
    }

    /**
     * <pre>
     * The agents that an account sees, by name, in pages.
     * </pre>
     */
    default void listAgents(io.botmesh.v1.ListAgentsRequest request,
        io.grpc.stub.StreamObserver<io.botmesh.v1.ListAgentsResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getListAgentsMethod(), responseObserver);
    }

    /**
     * <pre>
     * The instances to dial: the ready ones, else the busy ones. NOT_FOUND with the
     * nearest names, UNAVAILABLE if none is live.
     * </pre>
     */
    default void resolveAgent(io.botmesh.v1.ResolveAgentRequest request,
        io.grpc.stub.StreamObserver<io.botmesh.v1.ResolveAgentResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getResolveAgentMethod(), responseObserver);
    }

    /**
     * <pre>
     * Ranks the active agents by how well their skills fit an utterance.
     * </pre>
     */
    default void findAgents(io.botmesh.v1.FindAgentsRequest request,
        io.grpc.stub.StreamObserver<io.botmesh.v1.FindAgentsResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getFindAgentsMethod(), responseObserver);
    }

    /**
     * <pre>
     * Says that an instance could not be reached. Schedules a probe and nothing more.
     * </pre>
     */
    default void reportUnreachable(io.botmesh.v1.ReportUnreachableRequest request,
        io.grpc.stub.StreamObserver<io.botmesh.v1.ReportUnreachableResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getReportUnreachableMethod(), responseObserver);
    }

    /**
     * <pre>
     * What an account sees: a snapshot in chunks, then changes, coalesced within
     * 100 ms. With a revision that the registry still has, changes only. A watcher
     * that reads too slowly is dropped with UNAVAILABLE, WATCHER_TOO_SLOW.
     * </pre>
     */
    default void watchAgents(io.botmesh.v1.WatchAgentsRequest request,
        io.grpc.stub.StreamObserver<io.botmesh.v1.WatchAgentsResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getWatchAgentsMethod(), responseObserver);
    }
  }

  /**
   * Base class for the server implementation of the service RegistryService.
   * <pre>
   * Tracks the agents that are registered and alive. On nobody's hot path: callers
   * keep a watched copy and dial instances directly.
   * Accounts are advisory until callers are authenticated: an account keeps honest
   * agents apart and stops nobody.
   * </pre>
   */
  public static abstract class RegistryServiceImplBase
      implements io.grpc.BindableService, AsyncService {

    @java.lang.Override public final io.grpc.ServerServiceDefinition bindService() {
      return RegistryServiceGrpc.bindService(this);
    }
  }

  /**
   * A stub to allow clients to do asynchronous rpc calls to service RegistryService.
   * <pre>
   * Tracks the agents that are registered and alive. On nobody's hot path: callers
   * keep a watched copy and dial instances directly.
   * Accounts are advisory until callers are authenticated: an account keeps honest
   * agents apart and stops nobody.
   * </pre>
   */
  public static final class RegistryServiceStub
      extends io.grpc.stub.AbstractAsyncStub<RegistryServiceStub> {
    private RegistryServiceStub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected RegistryServiceStub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new RegistryServiceStub(channel, callOptions);
    }

    /**
     * <pre>
     * Grants a lease. The instance is listed once it was probed at its address:
     * health, and a GetCard that echoes agent and instance id. May be repeated: the
     * same id and token renew; another token is ALREADY_EXISTS. INVALID_ARGUMENT
     * names the field; RESOURCE_EXHAUSTED where there are too many.
     * </pre>
     */
    public void register(io.botmesh.v1.RegisterRequest request,
        io.grpc.stub.StreamObserver<io.botmesh.v1.RegisterResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getRegisterMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Keeps a lease: one stream per instance, a message every heartbeat interval,
     * each answered. Ends with NOT_FOUND for an unknown lease: register anew.
     * </pre>
     */
    public io.grpc.stub.StreamObserver<io.botmesh.v1.HeartbeatRequest> heartbeat(
        io.grpc.stub.StreamObserver<io.botmesh.v1.HeartbeatResponse> responseObserver) {
      return io.grpc.stub.ClientCalls.asyncBidiStreamingCall(
          getChannel().newCall(getHeartbeatMethod(), getCallOptions()), responseObserver);
    }

    /**
     * <pre>
     * Ends a lease at once. May be repeated; an unknown lease is no error.
     * </pre>
     */
    public void deregister(io.botmesh.v1.DeregisterRequest request,
        io.grpc.stub.StreamObserver<io.botmesh.v1.DeregisterResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getDeregisterMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * One agent with its instances. NOT_FOUND with the nearest names.
     * </pre>
     */
    public void getAgent(io.botmesh.v1.GetAgentRequest request,
        io.grpc.stub.StreamObserver<io.botmesh.v1.GetAgentResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getGetAgentMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * The agents that an account sees, by name, in pages.
     * </pre>
     */
    public void listAgents(io.botmesh.v1.ListAgentsRequest request,
        io.grpc.stub.StreamObserver<io.botmesh.v1.ListAgentsResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getListAgentsMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * The instances to dial: the ready ones, else the busy ones. NOT_FOUND with the
     * nearest names, UNAVAILABLE if none is live.
     * </pre>
     */
    public void resolveAgent(io.botmesh.v1.ResolveAgentRequest request,
        io.grpc.stub.StreamObserver<io.botmesh.v1.ResolveAgentResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getResolveAgentMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Ranks the active agents by how well their skills fit an utterance.
     * </pre>
     */
    public void findAgents(io.botmesh.v1.FindAgentsRequest request,
        io.grpc.stub.StreamObserver<io.botmesh.v1.FindAgentsResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getFindAgentsMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Says that an instance could not be reached. Schedules a probe and nothing more.
     * </pre>
     */
    public void reportUnreachable(io.botmesh.v1.ReportUnreachableRequest request,
        io.grpc.stub.StreamObserver<io.botmesh.v1.ReportUnreachableResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getReportUnreachableMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * What an account sees: a snapshot in chunks, then changes, coalesced within
     * 100 ms. With a revision that the registry still has, changes only. A watcher
     * that reads too slowly is dropped with UNAVAILABLE, WATCHER_TOO_SLOW.
     * </pre>
     */
    public void watchAgents(io.botmesh.v1.WatchAgentsRequest request,
        io.grpc.stub.StreamObserver<io.botmesh.v1.WatchAgentsResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncServerStreamingCall(
          getChannel().newCall(getWatchAgentsMethod(), getCallOptions()), request, responseObserver);
    }
  }

  /**
   * A stub to allow clients to do synchronous rpc calls to service RegistryService.
   * <pre>
   * Tracks the agents that are registered and alive. On nobody's hot path: callers
   * keep a watched copy and dial instances directly.
   * Accounts are advisory until callers are authenticated: an account keeps honest
   * agents apart and stops nobody.
   * </pre>
   */
  public static final class RegistryServiceBlockingV2Stub
      extends io.grpc.stub.AbstractBlockingStub<RegistryServiceBlockingV2Stub> {
    private RegistryServiceBlockingV2Stub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected RegistryServiceBlockingV2Stub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new RegistryServiceBlockingV2Stub(channel, callOptions);
    }

    /**
     * <pre>
     * Grants a lease. The instance is listed once it was probed at its address:
     * health, and a GetCard that echoes agent and instance id. May be repeated: the
     * same id and token renew; another token is ALREADY_EXISTS. INVALID_ARGUMENT
     * names the field; RESOURCE_EXHAUSTED where there are too many.
     * </pre>
     */
    public io.botmesh.v1.RegisterResponse register(io.botmesh.v1.RegisterRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getRegisterMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Keeps a lease: one stream per instance, a message every heartbeat interval,
     * each answered. Ends with NOT_FOUND for an unknown lease: register anew.
     * </pre>
     */
    @io.grpc.ExperimentalApi("https://github.com/grpc/grpc-java/issues/10918")
    public io.grpc.stub.BlockingClientCall<io.botmesh.v1.HeartbeatRequest, io.botmesh.v1.HeartbeatResponse>
        heartbeat() {
      return io.grpc.stub.ClientCalls.blockingBidiStreamingCall(
          getChannel(), getHeartbeatMethod(), getCallOptions());
    }

    /**
     * <pre>
     * Ends a lease at once. May be repeated; an unknown lease is no error.
     * </pre>
     */
    public io.botmesh.v1.DeregisterResponse deregister(io.botmesh.v1.DeregisterRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getDeregisterMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * One agent with its instances. NOT_FOUND with the nearest names.
     * </pre>
     */
    public io.botmesh.v1.GetAgentResponse getAgent(io.botmesh.v1.GetAgentRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getGetAgentMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * The agents that an account sees, by name, in pages.
     * </pre>
     */
    public io.botmesh.v1.ListAgentsResponse listAgents(io.botmesh.v1.ListAgentsRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getListAgentsMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * The instances to dial: the ready ones, else the busy ones. NOT_FOUND with the
     * nearest names, UNAVAILABLE if none is live.
     * </pre>
     */
    public io.botmesh.v1.ResolveAgentResponse resolveAgent(io.botmesh.v1.ResolveAgentRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getResolveAgentMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Ranks the active agents by how well their skills fit an utterance.
     * </pre>
     */
    public io.botmesh.v1.FindAgentsResponse findAgents(io.botmesh.v1.FindAgentsRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getFindAgentsMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Says that an instance could not be reached. Schedules a probe and nothing more.
     * </pre>
     */
    public io.botmesh.v1.ReportUnreachableResponse reportUnreachable(io.botmesh.v1.ReportUnreachableRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getReportUnreachableMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * What an account sees: a snapshot in chunks, then changes, coalesced within
     * 100 ms. With a revision that the registry still has, changes only. A watcher
     * that reads too slowly is dropped with UNAVAILABLE, WATCHER_TOO_SLOW.
     * </pre>
     */
    @io.grpc.ExperimentalApi("https://github.com/grpc/grpc-java/issues/10918")
    public io.grpc.stub.BlockingClientCall<?, io.botmesh.v1.WatchAgentsResponse>
        watchAgents(io.botmesh.v1.WatchAgentsRequest request) {
      return io.grpc.stub.ClientCalls.blockingV2ServerStreamingCall(
          getChannel(), getWatchAgentsMethod(), getCallOptions(), request);
    }
  }

  /**
   * A stub to allow clients to do limited synchronous rpc calls to service RegistryService.
   * <pre>
   * Tracks the agents that are registered and alive. On nobody's hot path: callers
   * keep a watched copy and dial instances directly.
   * Accounts are advisory until callers are authenticated: an account keeps honest
   * agents apart and stops nobody.
   * </pre>
   */
  public static final class RegistryServiceBlockingStub
      extends io.grpc.stub.AbstractBlockingStub<RegistryServiceBlockingStub> {
    private RegistryServiceBlockingStub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected RegistryServiceBlockingStub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new RegistryServiceBlockingStub(channel, callOptions);
    }

    /**
     * <pre>
     * Grants a lease. The instance is listed once it was probed at its address:
     * health, and a GetCard that echoes agent and instance id. May be repeated: the
     * same id and token renew; another token is ALREADY_EXISTS. INVALID_ARGUMENT
     * names the field; RESOURCE_EXHAUSTED where there are too many.
     * </pre>
     */
    public io.botmesh.v1.RegisterResponse register(io.botmesh.v1.RegisterRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getRegisterMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Ends a lease at once. May be repeated; an unknown lease is no error.
     * </pre>
     */
    public io.botmesh.v1.DeregisterResponse deregister(io.botmesh.v1.DeregisterRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getDeregisterMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * One agent with its instances. NOT_FOUND with the nearest names.
     * </pre>
     */
    public io.botmesh.v1.GetAgentResponse getAgent(io.botmesh.v1.GetAgentRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getGetAgentMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * The agents that an account sees, by name, in pages.
     * </pre>
     */
    public io.botmesh.v1.ListAgentsResponse listAgents(io.botmesh.v1.ListAgentsRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getListAgentsMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * The instances to dial: the ready ones, else the busy ones. NOT_FOUND with the
     * nearest names, UNAVAILABLE if none is live.
     * </pre>
     */
    public io.botmesh.v1.ResolveAgentResponse resolveAgent(io.botmesh.v1.ResolveAgentRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getResolveAgentMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Ranks the active agents by how well their skills fit an utterance.
     * </pre>
     */
    public io.botmesh.v1.FindAgentsResponse findAgents(io.botmesh.v1.FindAgentsRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getFindAgentsMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Says that an instance could not be reached. Schedules a probe and nothing more.
     * </pre>
     */
    public io.botmesh.v1.ReportUnreachableResponse reportUnreachable(io.botmesh.v1.ReportUnreachableRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getReportUnreachableMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * What an account sees: a snapshot in chunks, then changes, coalesced within
     * 100 ms. With a revision that the registry still has, changes only. A watcher
     * that reads too slowly is dropped with UNAVAILABLE, WATCHER_TOO_SLOW.
     * </pre>
     */
    public java.util.Iterator<io.botmesh.v1.WatchAgentsResponse> watchAgents(
        io.botmesh.v1.WatchAgentsRequest request) {
      return io.grpc.stub.ClientCalls.blockingServerStreamingCall(
          getChannel(), getWatchAgentsMethod(), getCallOptions(), request);
    }
  }

  /**
   * A stub to allow clients to do ListenableFuture-style rpc calls to service RegistryService.
   * <pre>
   * Tracks the agents that are registered and alive. On nobody's hot path: callers
   * keep a watched copy and dial instances directly.
   * Accounts are advisory until callers are authenticated: an account keeps honest
   * agents apart and stops nobody.
   * </pre>
   */
  public static final class RegistryServiceFutureStub
      extends io.grpc.stub.AbstractFutureStub<RegistryServiceFutureStub> {
    private RegistryServiceFutureStub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected RegistryServiceFutureStub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new RegistryServiceFutureStub(channel, callOptions);
    }

    /**
     * <pre>
     * Grants a lease. The instance is listed once it was probed at its address:
     * health, and a GetCard that echoes agent and instance id. May be repeated: the
     * same id and token renew; another token is ALREADY_EXISTS. INVALID_ARGUMENT
     * names the field; RESOURCE_EXHAUSTED where there are too many.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<io.botmesh.v1.RegisterResponse> register(
        io.botmesh.v1.RegisterRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getRegisterMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Ends a lease at once. May be repeated; an unknown lease is no error.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<io.botmesh.v1.DeregisterResponse> deregister(
        io.botmesh.v1.DeregisterRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getDeregisterMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * One agent with its instances. NOT_FOUND with the nearest names.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<io.botmesh.v1.GetAgentResponse> getAgent(
        io.botmesh.v1.GetAgentRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getGetAgentMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * The agents that an account sees, by name, in pages.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<io.botmesh.v1.ListAgentsResponse> listAgents(
        io.botmesh.v1.ListAgentsRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getListAgentsMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * The instances to dial: the ready ones, else the busy ones. NOT_FOUND with the
     * nearest names, UNAVAILABLE if none is live.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<io.botmesh.v1.ResolveAgentResponse> resolveAgent(
        io.botmesh.v1.ResolveAgentRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getResolveAgentMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Ranks the active agents by how well their skills fit an utterance.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<io.botmesh.v1.FindAgentsResponse> findAgents(
        io.botmesh.v1.FindAgentsRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getFindAgentsMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Says that an instance could not be reached. Schedules a probe and nothing more.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<io.botmesh.v1.ReportUnreachableResponse> reportUnreachable(
        io.botmesh.v1.ReportUnreachableRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getReportUnreachableMethod(), getCallOptions()), request);
    }
  }

  private static final int METHODID_REGISTER = 0;
  private static final int METHODID_DEREGISTER = 1;
  private static final int METHODID_GET_AGENT = 2;
  private static final int METHODID_LIST_AGENTS = 3;
  private static final int METHODID_RESOLVE_AGENT = 4;
  private static final int METHODID_FIND_AGENTS = 5;
  private static final int METHODID_REPORT_UNREACHABLE = 6;
  private static final int METHODID_WATCH_AGENTS = 7;
  private static final int METHODID_HEARTBEAT = 8;

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
        case METHODID_REGISTER:
          serviceImpl.register((io.botmesh.v1.RegisterRequest) request,
              (io.grpc.stub.StreamObserver<io.botmesh.v1.RegisterResponse>) responseObserver);
          break;
        case METHODID_DEREGISTER:
          serviceImpl.deregister((io.botmesh.v1.DeregisterRequest) request,
              (io.grpc.stub.StreamObserver<io.botmesh.v1.DeregisterResponse>) responseObserver);
          break;
        case METHODID_GET_AGENT:
          serviceImpl.getAgent((io.botmesh.v1.GetAgentRequest) request,
              (io.grpc.stub.StreamObserver<io.botmesh.v1.GetAgentResponse>) responseObserver);
          break;
        case METHODID_LIST_AGENTS:
          serviceImpl.listAgents((io.botmesh.v1.ListAgentsRequest) request,
              (io.grpc.stub.StreamObserver<io.botmesh.v1.ListAgentsResponse>) responseObserver);
          break;
        case METHODID_RESOLVE_AGENT:
          serviceImpl.resolveAgent((io.botmesh.v1.ResolveAgentRequest) request,
              (io.grpc.stub.StreamObserver<io.botmesh.v1.ResolveAgentResponse>) responseObserver);
          break;
        case METHODID_FIND_AGENTS:
          serviceImpl.findAgents((io.botmesh.v1.FindAgentsRequest) request,
              (io.grpc.stub.StreamObserver<io.botmesh.v1.FindAgentsResponse>) responseObserver);
          break;
        case METHODID_REPORT_UNREACHABLE:
          serviceImpl.reportUnreachable((io.botmesh.v1.ReportUnreachableRequest) request,
              (io.grpc.stub.StreamObserver<io.botmesh.v1.ReportUnreachableResponse>) responseObserver);
          break;
        case METHODID_WATCH_AGENTS:
          serviceImpl.watchAgents((io.botmesh.v1.WatchAgentsRequest) request,
              (io.grpc.stub.StreamObserver<io.botmesh.v1.WatchAgentsResponse>) responseObserver);
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
        case METHODID_HEARTBEAT:
          return (io.grpc.stub.StreamObserver<Req>) serviceImpl.heartbeat(
              (io.grpc.stub.StreamObserver<io.botmesh.v1.HeartbeatResponse>) responseObserver);
        default:
          throw new AssertionError();
      }
    }
  }

  public static final io.grpc.ServerServiceDefinition bindService(AsyncService service) {
    return io.grpc.ServerServiceDefinition.builder(getServiceDescriptor())
        .addMethod(
          getRegisterMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              io.botmesh.v1.RegisterRequest,
              io.botmesh.v1.RegisterResponse>(
                service, METHODID_REGISTER)))
        .addMethod(
          getHeartbeatMethod(),
          io.grpc.stub.ServerCalls.asyncBidiStreamingCall(
            new MethodHandlers<
              io.botmesh.v1.HeartbeatRequest,
              io.botmesh.v1.HeartbeatResponse>(
                service, METHODID_HEARTBEAT)))
        .addMethod(
          getDeregisterMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              io.botmesh.v1.DeregisterRequest,
              io.botmesh.v1.DeregisterResponse>(
                service, METHODID_DEREGISTER)))
        .addMethod(
          getGetAgentMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              io.botmesh.v1.GetAgentRequest,
              io.botmesh.v1.GetAgentResponse>(
                service, METHODID_GET_AGENT)))
        .addMethod(
          getListAgentsMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              io.botmesh.v1.ListAgentsRequest,
              io.botmesh.v1.ListAgentsResponse>(
                service, METHODID_LIST_AGENTS)))
        .addMethod(
          getResolveAgentMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              io.botmesh.v1.ResolveAgentRequest,
              io.botmesh.v1.ResolveAgentResponse>(
                service, METHODID_RESOLVE_AGENT)))
        .addMethod(
          getFindAgentsMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              io.botmesh.v1.FindAgentsRequest,
              io.botmesh.v1.FindAgentsResponse>(
                service, METHODID_FIND_AGENTS)))
        .addMethod(
          getReportUnreachableMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              io.botmesh.v1.ReportUnreachableRequest,
              io.botmesh.v1.ReportUnreachableResponse>(
                service, METHODID_REPORT_UNREACHABLE)))
        .addMethod(
          getWatchAgentsMethod(),
          io.grpc.stub.ServerCalls.asyncServerStreamingCall(
            new MethodHandlers<
              io.botmesh.v1.WatchAgentsRequest,
              io.botmesh.v1.WatchAgentsResponse>(
                service, METHODID_WATCH_AGENTS)))
        .build();
  }

  private static abstract class RegistryServiceBaseDescriptorSupplier
      implements io.grpc.protobuf.ProtoFileDescriptorSupplier, io.grpc.protobuf.ProtoServiceDescriptorSupplier {
    RegistryServiceBaseDescriptorSupplier() {}

    @java.lang.Override
    public com.google.protobuf.Descriptors.FileDescriptor getFileDescriptor() {
      return io.botmesh.v1.RegistryServiceOuterClass.getDescriptor();
    }

    @java.lang.Override
    public com.google.protobuf.Descriptors.ServiceDescriptor getServiceDescriptor() {
      return getFileDescriptor().findServiceByName("RegistryService");
    }
  }

  private static final class RegistryServiceFileDescriptorSupplier
      extends RegistryServiceBaseDescriptorSupplier {
    RegistryServiceFileDescriptorSupplier() {}
  }

  private static final class RegistryServiceMethodDescriptorSupplier
      extends RegistryServiceBaseDescriptorSupplier
      implements io.grpc.protobuf.ProtoMethodDescriptorSupplier {
    private final java.lang.String methodName;

    RegistryServiceMethodDescriptorSupplier(java.lang.String methodName) {
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
      synchronized (RegistryServiceGrpc.class) {
        result = serviceDescriptor;
        if (result == null) {
          serviceDescriptor = result = io.grpc.ServiceDescriptor.newBuilder(SERVICE_NAME)
              .setSchemaDescriptor(new RegistryServiceFileDescriptorSupplier())
              .addMethod(getRegisterMethod())
              .addMethod(getHeartbeatMethod())
              .addMethod(getDeregisterMethod())
              .addMethod(getGetAgentMethod())
              .addMethod(getListAgentsMethod())
              .addMethod(getResolveAgentMethod())
              .addMethod(getFindAgentsMethod())
              .addMethod(getReportUnreachableMethod())
              .addMethod(getWatchAgentsMethod())
              .build();
        }
      }
    }
    return result;
  }
}
