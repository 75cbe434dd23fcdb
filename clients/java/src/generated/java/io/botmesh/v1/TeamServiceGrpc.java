package io.botmesh.v1;

import static io.grpc.MethodDescriptor.generateFullMethodName;

/**
 * <pre>
 * Asks several agents for whoever has no SDK that does. Each call continues the chain
 * in its metadata (agent_service.proto), as if the last agent of the path asked itself; the
 * service never stands in a path. All methods are control: fields, deadline and message size
 * apply to the call, and all policies to the delegations that it makes.
 * </pre>
 */
@io.grpc.stub.annotations.GrpcGenerated
public final class TeamServiceGrpc {

  private TeamServiceGrpc() {}

  public static final java.lang.String SERVICE_NAME = "botmesh.v1.TeamService";

  // Static method descriptors that strictly reflect the proto.
  private static volatile io.grpc.MethodDescriptor<io.botmesh.v1.DelegateToSkillRequest,
      io.botmesh.v1.DelegateToSkillResponse> getDelegateToSkillMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "DelegateToSkill",
      requestType = io.botmesh.v1.DelegateToSkillRequest.class,
      responseType = io.botmesh.v1.DelegateToSkillResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<io.botmesh.v1.DelegateToSkillRequest,
      io.botmesh.v1.DelegateToSkillResponse> getDelegateToSkillMethod() {
    io.grpc.MethodDescriptor<io.botmesh.v1.DelegateToSkillRequest, io.botmesh.v1.DelegateToSkillResponse> getDelegateToSkillMethod;
    if ((getDelegateToSkillMethod = TeamServiceGrpc.getDelegateToSkillMethod) == null) {
      synchronized (TeamServiceGrpc.class) {
        if ((getDelegateToSkillMethod = TeamServiceGrpc.getDelegateToSkillMethod) == null) {
          TeamServiceGrpc.getDelegateToSkillMethod = getDelegateToSkillMethod =
              io.grpc.MethodDescriptor.<io.botmesh.v1.DelegateToSkillRequest, io.botmesh.v1.DelegateToSkillResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "DelegateToSkill"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.botmesh.v1.DelegateToSkillRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.botmesh.v1.DelegateToSkillResponse.getDefaultInstance()))
              .setSchemaDescriptor(new TeamServiceMethodDescriptorSupplier("DelegateToSkill"))
              .build();
        }
      }
    }
    return getDelegateToSkillMethod;
  }

  private static volatile io.grpc.MethodDescriptor<io.botmesh.v1.ConsultRequest,
      io.botmesh.v1.ConsultResponse> getConsultMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "Consult",
      requestType = io.botmesh.v1.ConsultRequest.class,
      responseType = io.botmesh.v1.ConsultResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<io.botmesh.v1.ConsultRequest,
      io.botmesh.v1.ConsultResponse> getConsultMethod() {
    io.grpc.MethodDescriptor<io.botmesh.v1.ConsultRequest, io.botmesh.v1.ConsultResponse> getConsultMethod;
    if ((getConsultMethod = TeamServiceGrpc.getConsultMethod) == null) {
      synchronized (TeamServiceGrpc.class) {
        if ((getConsultMethod = TeamServiceGrpc.getConsultMethod) == null) {
          TeamServiceGrpc.getConsultMethod = getConsultMethod =
              io.grpc.MethodDescriptor.<io.botmesh.v1.ConsultRequest, io.botmesh.v1.ConsultResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "Consult"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.botmesh.v1.ConsultRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.botmesh.v1.ConsultResponse.getDefaultInstance()))
              .setSchemaDescriptor(new TeamServiceMethodDescriptorSupplier("Consult"))
              .build();
        }
      }
    }
    return getConsultMethod;
  }

  private static volatile io.grpc.MethodDescriptor<io.botmesh.v1.CollaborateRequest,
      io.botmesh.v1.CollaborateResponse> getCollaborateMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "Collaborate",
      requestType = io.botmesh.v1.CollaborateRequest.class,
      responseType = io.botmesh.v1.CollaborateResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<io.botmesh.v1.CollaborateRequest,
      io.botmesh.v1.CollaborateResponse> getCollaborateMethod() {
    io.grpc.MethodDescriptor<io.botmesh.v1.CollaborateRequest, io.botmesh.v1.CollaborateResponse> getCollaborateMethod;
    if ((getCollaborateMethod = TeamServiceGrpc.getCollaborateMethod) == null) {
      synchronized (TeamServiceGrpc.class) {
        if ((getCollaborateMethod = TeamServiceGrpc.getCollaborateMethod) == null) {
          TeamServiceGrpc.getCollaborateMethod = getCollaborateMethod =
              io.grpc.MethodDescriptor.<io.botmesh.v1.CollaborateRequest, io.botmesh.v1.CollaborateResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "Collaborate"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.botmesh.v1.CollaborateRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.botmesh.v1.CollaborateResponse.getDefaultInstance()))
              .setSchemaDescriptor(new TeamServiceMethodDescriptorSupplier("Collaborate"))
              .build();
        }
      }
    }
    return getCollaborateMethod;
  }

  private static volatile io.grpc.MethodDescriptor<io.botmesh.v1.BroadcastRequest,
      io.botmesh.v1.BroadcastResponse> getBroadcastMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "Broadcast",
      requestType = io.botmesh.v1.BroadcastRequest.class,
      responseType = io.botmesh.v1.BroadcastResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<io.botmesh.v1.BroadcastRequest,
      io.botmesh.v1.BroadcastResponse> getBroadcastMethod() {
    io.grpc.MethodDescriptor<io.botmesh.v1.BroadcastRequest, io.botmesh.v1.BroadcastResponse> getBroadcastMethod;
    if ((getBroadcastMethod = TeamServiceGrpc.getBroadcastMethod) == null) {
      synchronized (TeamServiceGrpc.class) {
        if ((getBroadcastMethod = TeamServiceGrpc.getBroadcastMethod) == null) {
          TeamServiceGrpc.getBroadcastMethod = getBroadcastMethod =
              io.grpc.MethodDescriptor.<io.botmesh.v1.BroadcastRequest, io.botmesh.v1.BroadcastResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "Broadcast"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.botmesh.v1.BroadcastRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.botmesh.v1.BroadcastResponse.getDefaultInstance()))
              .setSchemaDescriptor(new TeamServiceMethodDescriptorSupplier("Broadcast"))
              .build();
        }
      }
    }
    return getBroadcastMethod;
  }

  /**
   * Creates a new async stub that supports all call types for the service
   */
  public static TeamServiceStub newStub(io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<TeamServiceStub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<TeamServiceStub>() {
        @java.lang.Override
        public TeamServiceStub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new TeamServiceStub(channel, callOptions);
        }
      };
    return TeamServiceStub.newStub(factory, channel);
  }

  /**
   * Creates a new blocking-style stub that supports all types of calls on the service
   */
  public static TeamServiceBlockingV2Stub newBlockingV2Stub(
      io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<TeamServiceBlockingV2Stub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<TeamServiceBlockingV2Stub>() {
        @java.lang.Override
        public TeamServiceBlockingV2Stub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new TeamServiceBlockingV2Stub(channel, callOptions);
        }
      };
    return TeamServiceBlockingV2Stub.newStub(factory, channel);
  }

  /**
   * Creates a new blocking-style stub that supports unary and streaming output calls on the service
   */
  public static TeamServiceBlockingStub newBlockingStub(
      io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<TeamServiceBlockingStub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<TeamServiceBlockingStub>() {
        @java.lang.Override
        public TeamServiceBlockingStub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new TeamServiceBlockingStub(channel, callOptions);
        }
      };
    return TeamServiceBlockingStub.newStub(factory, channel);
  }

  /**
   * Creates a new ListenableFuture-style stub that supports unary calls on the service
   */
  public static TeamServiceFutureStub newFutureStub(
      io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<TeamServiceFutureStub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<TeamServiceFutureStub>() {
        @java.lang.Override
        public TeamServiceFutureStub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new TeamServiceFutureStub(channel, callOptions);
        }
      };
    return TeamServiceFutureStub.newStub(factory, channel);
  }

  /**
   * <pre>
   * Asks several agents for whoever has no SDK that does. Each call continues the chain
   * in its metadata (agent_service.proto), as if the last agent of the path asked itself; the
   * service never stands in a path. All methods are control: fields, deadline and message size
   * apply to the call, and all policies to the delegations that it makes.
   * </pre>
   */
  public interface AsyncService {

    /**
     * <pre>
     * Delegates to a live agent that declares a skill; one that turns out not to be
     * there is passed over. The reply says who answered. NOT_FOUND, UNKNOWN_SKILL.
     * </pre>
     */
    default void delegateToSkill(io.botmesh.v1.DelegateToSkillRequest request,
        io.grpc.stub.StreamObserver<io.botmesh.v1.DelegateToSkillResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getDelegateToSkillMethod(), responseObserver);
    }

    /**
     * <pre>
     * Asks several agents at once, each in a conversation of its own, and ranks their
     * answers. Inside the limit of open delegations; the rest waits for its turn.
     * INVALID_ARGUMENT if nobody is meant. An agent that fails is no error of the call.
     * </pre>
     */
    default void consult(io.botmesh.v1.ConsultRequest request,
        io.grpc.stub.StreamObserver<io.botmesh.v1.ConsultResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getConsultMethod(), responseObserver);
    }

    /**
     * <pre>
     * Gives several agents the same task; each is told who the others are, in its
     * variable `collaborators`.
     * </pre>
     */
    default void collaborate(io.botmesh.v1.CollaborateRequest request,
        io.grpc.stub.StreamObserver<io.botmesh.v1.CollaborateResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getCollaborateMethod(), responseObserver);
    }

    /**
     * <pre>
     * Tells several agents something: one Notify each, a receipt from each.
     * </pre>
     */
    default void broadcast(io.botmesh.v1.BroadcastRequest request,
        io.grpc.stub.StreamObserver<io.botmesh.v1.BroadcastResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getBroadcastMethod(), responseObserver);
    }
  }

  /**
   * Base class for the server implementation of the service TeamService.
   * <pre>
   * Asks several agents for whoever has no SDK that does. Each call continues the chain
   * in its metadata (agent_service.proto), as if the last agent of the path asked itself; the
   * service never stands in a path. All methods are control: fields, deadline and message size
   * apply to the call, and all policies to the delegations that it makes.
   * </pre>
   */
  public static abstract class TeamServiceImplBase
      implements io.grpc.BindableService, AsyncService {

    @java.lang.Override public final io.grpc.ServerServiceDefinition bindService() {
      return TeamServiceGrpc.bindService(this);
    }
  }

  /**
   * A stub to allow clients to do asynchronous rpc calls to service TeamService.
   * <pre>
   * Asks several agents for whoever has no SDK that does. Each call continues the chain
   * in its metadata (agent_service.proto), as if the last agent of the path asked itself; the
   * service never stands in a path. All methods are control: fields, deadline and message size
   * apply to the call, and all policies to the delegations that it makes.
   * </pre>
   */
  public static final class TeamServiceStub
      extends io.grpc.stub.AbstractAsyncStub<TeamServiceStub> {
    private TeamServiceStub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected TeamServiceStub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new TeamServiceStub(channel, callOptions);
    }

    /**
     * <pre>
     * Delegates to a live agent that declares a skill; one that turns out not to be
     * there is passed over. The reply says who answered. NOT_FOUND, UNKNOWN_SKILL.
     * </pre>
     */
    public void delegateToSkill(io.botmesh.v1.DelegateToSkillRequest request,
        io.grpc.stub.StreamObserver<io.botmesh.v1.DelegateToSkillResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getDelegateToSkillMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Asks several agents at once, each in a conversation of its own, and ranks their
     * answers. Inside the limit of open delegations; the rest waits for its turn.
     * INVALID_ARGUMENT if nobody is meant. An agent that fails is no error of the call.
     * </pre>
     */
    public void consult(io.botmesh.v1.ConsultRequest request,
        io.grpc.stub.StreamObserver<io.botmesh.v1.ConsultResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getConsultMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Gives several agents the same task; each is told who the others are, in its
     * variable `collaborators`.
     * </pre>
     */
    public void collaborate(io.botmesh.v1.CollaborateRequest request,
        io.grpc.stub.StreamObserver<io.botmesh.v1.CollaborateResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getCollaborateMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Tells several agents something: one Notify each, a receipt from each.
     * </pre>
     */
    public void broadcast(io.botmesh.v1.BroadcastRequest request,
        io.grpc.stub.StreamObserver<io.botmesh.v1.BroadcastResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getBroadcastMethod(), getCallOptions()), request, responseObserver);
    }
  }

  /**
   * A stub to allow clients to do synchronous rpc calls to service TeamService.
   * <pre>
   * Asks several agents for whoever has no SDK that does. Each call continues the chain
   * in its metadata (agent_service.proto), as if the last agent of the path asked itself; the
   * service never stands in a path. All methods are control: fields, deadline and message size
   * apply to the call, and all policies to the delegations that it makes.
   * </pre>
   */
  public static final class TeamServiceBlockingV2Stub
      extends io.grpc.stub.AbstractBlockingStub<TeamServiceBlockingV2Stub> {
    private TeamServiceBlockingV2Stub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected TeamServiceBlockingV2Stub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new TeamServiceBlockingV2Stub(channel, callOptions);
    }

    /**
     * <pre>
     * Delegates to a live agent that declares a skill; one that turns out not to be
     * there is passed over. The reply says who answered. NOT_FOUND, UNKNOWN_SKILL.
     * </pre>
     */
    public io.botmesh.v1.DelegateToSkillResponse delegateToSkill(io.botmesh.v1.DelegateToSkillRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getDelegateToSkillMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Asks several agents at once, each in a conversation of its own, and ranks their
     * answers. Inside the limit of open delegations; the rest waits for its turn.
     * INVALID_ARGUMENT if nobody is meant. An agent that fails is no error of the call.
     * </pre>
     */
    public io.botmesh.v1.ConsultResponse consult(io.botmesh.v1.ConsultRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getConsultMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Gives several agents the same task; each is told who the others are, in its
     * variable `collaborators`.
     * </pre>
     */
    public io.botmesh.v1.CollaborateResponse collaborate(io.botmesh.v1.CollaborateRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getCollaborateMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Tells several agents something: one Notify each, a receipt from each.
     * </pre>
     */
    public io.botmesh.v1.BroadcastResponse broadcast(io.botmesh.v1.BroadcastRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getBroadcastMethod(), getCallOptions(), request);
    }
  }

  /**
   * A stub to allow clients to do limited synchronous rpc calls to service TeamService.
   * <pre>
   * Asks several agents for whoever has no SDK that does. Each call continues the chain
   * in its metadata (agent_service.proto), as if the last agent of the path asked itself; the
   * service never stands in a path. All methods are control: fields, deadline and message size
   * apply to the call, and all policies to the delegations that it makes.
   * </pre>
   */
  public static final class TeamServiceBlockingStub
      extends io.grpc.stub.AbstractBlockingStub<TeamServiceBlockingStub> {
    private TeamServiceBlockingStub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected TeamServiceBlockingStub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new TeamServiceBlockingStub(channel, callOptions);
    }

    /**
     * <pre>
     * Delegates to a live agent that declares a skill; one that turns out not to be
     * there is passed over. The reply says who answered. NOT_FOUND, UNKNOWN_SKILL.
     * </pre>
     */
    public io.botmesh.v1.DelegateToSkillResponse delegateToSkill(io.botmesh.v1.DelegateToSkillRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getDelegateToSkillMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Asks several agents at once, each in a conversation of its own, and ranks their
     * answers. Inside the limit of open delegations; the rest waits for its turn.
     * INVALID_ARGUMENT if nobody is meant. An agent that fails is no error of the call.
     * </pre>
     */
    public io.botmesh.v1.ConsultResponse consult(io.botmesh.v1.ConsultRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getConsultMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Gives several agents the same task; each is told who the others are, in its
     * variable `collaborators`.
     * </pre>
     */
    public io.botmesh.v1.CollaborateResponse collaborate(io.botmesh.v1.CollaborateRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getCollaborateMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Tells several agents something: one Notify each, a receipt from each.
     * </pre>
     */
    public io.botmesh.v1.BroadcastResponse broadcast(io.botmesh.v1.BroadcastRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getBroadcastMethod(), getCallOptions(), request);
    }
  }

  /**
   * A stub to allow clients to do ListenableFuture-style rpc calls to service TeamService.
   * <pre>
   * Asks several agents for whoever has no SDK that does. Each call continues the chain
   * in its metadata (agent_service.proto), as if the last agent of the path asked itself; the
   * service never stands in a path. All methods are control: fields, deadline and message size
   * apply to the call, and all policies to the delegations that it makes.
   * </pre>
   */
  public static final class TeamServiceFutureStub
      extends io.grpc.stub.AbstractFutureStub<TeamServiceFutureStub> {
    private TeamServiceFutureStub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected TeamServiceFutureStub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new TeamServiceFutureStub(channel, callOptions);
    }

    /**
     * <pre>
     * Delegates to a live agent that declares a skill; one that turns out not to be
     * there is passed over. The reply says who answered. NOT_FOUND, UNKNOWN_SKILL.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<io.botmesh.v1.DelegateToSkillResponse> delegateToSkill(
        io.botmesh.v1.DelegateToSkillRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getDelegateToSkillMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Asks several agents at once, each in a conversation of its own, and ranks their
     * answers. Inside the limit of open delegations; the rest waits for its turn.
     * INVALID_ARGUMENT if nobody is meant. An agent that fails is no error of the call.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<io.botmesh.v1.ConsultResponse> consult(
        io.botmesh.v1.ConsultRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getConsultMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Gives several agents the same task; each is told who the others are, in its
     * variable `collaborators`.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<io.botmesh.v1.CollaborateResponse> collaborate(
        io.botmesh.v1.CollaborateRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getCollaborateMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Tells several agents something: one Notify each, a receipt from each.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<io.botmesh.v1.BroadcastResponse> broadcast(
        io.botmesh.v1.BroadcastRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getBroadcastMethod(), getCallOptions()), request);
    }
  }

  private static final int METHODID_DELEGATE_TO_SKILL = 0;
  private static final int METHODID_CONSULT = 1;
  private static final int METHODID_COLLABORATE = 2;
  private static final int METHODID_BROADCAST = 3;

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
        case METHODID_DELEGATE_TO_SKILL:
          serviceImpl.delegateToSkill((io.botmesh.v1.DelegateToSkillRequest) request,
              (io.grpc.stub.StreamObserver<io.botmesh.v1.DelegateToSkillResponse>) responseObserver);
          break;
        case METHODID_CONSULT:
          serviceImpl.consult((io.botmesh.v1.ConsultRequest) request,
              (io.grpc.stub.StreamObserver<io.botmesh.v1.ConsultResponse>) responseObserver);
          break;
        case METHODID_COLLABORATE:
          serviceImpl.collaborate((io.botmesh.v1.CollaborateRequest) request,
              (io.grpc.stub.StreamObserver<io.botmesh.v1.CollaborateResponse>) responseObserver);
          break;
        case METHODID_BROADCAST:
          serviceImpl.broadcast((io.botmesh.v1.BroadcastRequest) request,
              (io.grpc.stub.StreamObserver<io.botmesh.v1.BroadcastResponse>) responseObserver);
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
        default:
          throw new AssertionError();
      }
    }
  }

  public static final io.grpc.ServerServiceDefinition bindService(AsyncService service) {
    return io.grpc.ServerServiceDefinition.builder(getServiceDescriptor())
        .addMethod(
          getDelegateToSkillMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              io.botmesh.v1.DelegateToSkillRequest,
              io.botmesh.v1.DelegateToSkillResponse>(
                service, METHODID_DELEGATE_TO_SKILL)))
        .addMethod(
          getConsultMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              io.botmesh.v1.ConsultRequest,
              io.botmesh.v1.ConsultResponse>(
                service, METHODID_CONSULT)))
        .addMethod(
          getCollaborateMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              io.botmesh.v1.CollaborateRequest,
              io.botmesh.v1.CollaborateResponse>(
                service, METHODID_COLLABORATE)))
        .addMethod(
          getBroadcastMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              io.botmesh.v1.BroadcastRequest,
              io.botmesh.v1.BroadcastResponse>(
                service, METHODID_BROADCAST)))
        .build();
  }

  private static abstract class TeamServiceBaseDescriptorSupplier
      implements io.grpc.protobuf.ProtoFileDescriptorSupplier, io.grpc.protobuf.ProtoServiceDescriptorSupplier {
    TeamServiceBaseDescriptorSupplier() {}

    @java.lang.Override
    public com.google.protobuf.Descriptors.FileDescriptor getFileDescriptor() {
      return io.botmesh.v1.TeamServiceOuterClass.getDescriptor();
    }

    @java.lang.Override
    public com.google.protobuf.Descriptors.ServiceDescriptor getServiceDescriptor() {
      return getFileDescriptor().findServiceByName("TeamService");
    }
  }

  private static final class TeamServiceFileDescriptorSupplier
      extends TeamServiceBaseDescriptorSupplier {
    TeamServiceFileDescriptorSupplier() {}
  }

  private static final class TeamServiceMethodDescriptorSupplier
      extends TeamServiceBaseDescriptorSupplier
      implements io.grpc.protobuf.ProtoMethodDescriptorSupplier {
    private final java.lang.String methodName;

    TeamServiceMethodDescriptorSupplier(java.lang.String methodName) {
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
      synchronized (TeamServiceGrpc.class) {
        result = serviceDescriptor;
        if (result == null) {
          serviceDescriptor = result = io.grpc.ServiceDescriptor.newBuilder(SERVICE_NAME)
              .setSchemaDescriptor(new TeamServiceFileDescriptorSupplier())
              .addMethod(getDelegateToSkillMethod())
              .addMethod(getConsultMethod())
              .addMethod(getCollaborateMethod())
              .addMethod(getBroadcastMethod())
              .build();
        }
      }
    }
    return result;
  }
}
