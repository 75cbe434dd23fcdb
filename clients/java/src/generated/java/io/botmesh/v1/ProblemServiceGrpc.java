package io.botmesh.v1;

import static io.grpc.MethodDescriptor.generateFullMethodName;

/**
 * <pre>
 * What does not work as it should in one process of the mesh: for `botmesh doctor`, and
 * for whatever watches the mesh. Every process that serves a service of the mesh answers.
 * </pre>
 */
@io.grpc.stub.annotations.GrpcGenerated
public final class ProblemServiceGrpc {

  private ProblemServiceGrpc() {}

  public static final java.lang.String SERVICE_NAME = "botmesh.v1.ProblemService";

  // Static method descriptors that strictly reflect the proto.
  private static volatile io.grpc.MethodDescriptor<io.botmesh.v1.ListProblemsRequest,
      io.botmesh.v1.ListProblemsResponse> getListProblemsMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "ListProblems",
      requestType = io.botmesh.v1.ListProblemsRequest.class,
      responseType = io.botmesh.v1.ListProblemsResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<io.botmesh.v1.ListProblemsRequest,
      io.botmesh.v1.ListProblemsResponse> getListProblemsMethod() {
    io.grpc.MethodDescriptor<io.botmesh.v1.ListProblemsRequest, io.botmesh.v1.ListProblemsResponse> getListProblemsMethod;
    if ((getListProblemsMethod = ProblemServiceGrpc.getListProblemsMethod) == null) {
      synchronized (ProblemServiceGrpc.class) {
        if ((getListProblemsMethod = ProblemServiceGrpc.getListProblemsMethod) == null) {
          ProblemServiceGrpc.getListProblemsMethod = getListProblemsMethod =
              io.grpc.MethodDescriptor.<io.botmesh.v1.ListProblemsRequest, io.botmesh.v1.ListProblemsResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "ListProblems"))
              .setSafe(true)
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.botmesh.v1.ListProblemsRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.botmesh.v1.ListProblemsResponse.getDefaultInstance()))
              .setSchemaDescriptor(new ProblemServiceMethodDescriptorSupplier("ListProblems"))
              .build();
        }
      }
    }
    return getListProblemsMethod;
  }

  /**
   * Creates a new async stub that supports all call types for the service
   */
  public static ProblemServiceStub newStub(io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<ProblemServiceStub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<ProblemServiceStub>() {
        @java.lang.Override
        public ProblemServiceStub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new ProblemServiceStub(channel, callOptions);
        }
      };
    return ProblemServiceStub.newStub(factory, channel);
  }

  /**
   * Creates a new blocking-style stub that supports all types of calls on the service
   */
  public static ProblemServiceBlockingV2Stub newBlockingV2Stub(
      io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<ProblemServiceBlockingV2Stub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<ProblemServiceBlockingV2Stub>() {
        @java.lang.Override
        public ProblemServiceBlockingV2Stub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new ProblemServiceBlockingV2Stub(channel, callOptions);
        }
      };
    return ProblemServiceBlockingV2Stub.newStub(factory, channel);
  }

  /**
   * Creates a new blocking-style stub that supports unary and streaming output calls on the service
   */
  public static ProblemServiceBlockingStub newBlockingStub(
      io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<ProblemServiceBlockingStub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<ProblemServiceBlockingStub>() {
        @java.lang.Override
        public ProblemServiceBlockingStub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new ProblemServiceBlockingStub(channel, callOptions);
        }
      };
    return ProblemServiceBlockingStub.newStub(factory, channel);
  }

  /**
   * Creates a new ListenableFuture-style stub that supports unary calls on the service
   */
  public static ProblemServiceFutureStub newFutureStub(
      io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<ProblemServiceFutureStub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<ProblemServiceFutureStub>() {
        @java.lang.Override
        public ProblemServiceFutureStub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new ProblemServiceFutureStub(channel, callOptions);
        }
      };
    return ProblemServiceFutureStub.newStub(factory, channel);
  }

  /**
   * <pre>
   * What does not work as it should in one process of the mesh: for `botmesh doctor`, and
   * for whatever watches the mesh. Every process that serves a service of the mesh answers.
   * </pre>
   */
  public interface AsyncService {

    /**
     * <pre>
     * The problems that this process knows of, the newest first. Kept in memory: a restart
     * forgets them, and finds those that persist again.
     * </pre>
     */
    default void listProblems(io.botmesh.v1.ListProblemsRequest request,
        io.grpc.stub.StreamObserver<io.botmesh.v1.ListProblemsResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getListProblemsMethod(), responseObserver);
    }
  }

  /**
   * Base class for the server implementation of the service ProblemService.
   * <pre>
   * What does not work as it should in one process of the mesh: for `botmesh doctor`, and
   * for whatever watches the mesh. Every process that serves a service of the mesh answers.
   * </pre>
   */
  public static abstract class ProblemServiceImplBase
      implements io.grpc.BindableService, AsyncService {

    @java.lang.Override public final io.grpc.ServerServiceDefinition bindService() {
      return ProblemServiceGrpc.bindService(this);
    }
  }

  /**
   * A stub to allow clients to do asynchronous rpc calls to service ProblemService.
   * <pre>
   * What does not work as it should in one process of the mesh: for `botmesh doctor`, and
   * for whatever watches the mesh. Every process that serves a service of the mesh answers.
   * </pre>
   */
  public static final class ProblemServiceStub
      extends io.grpc.stub.AbstractAsyncStub<ProblemServiceStub> {
    private ProblemServiceStub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected ProblemServiceStub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new ProblemServiceStub(channel, callOptions);
    }

    /**
     * <pre>
     * The problems that this process knows of, the newest first. Kept in memory: a restart
     * forgets them, and finds those that persist again.
     * </pre>
     */
    public void listProblems(io.botmesh.v1.ListProblemsRequest request,
        io.grpc.stub.StreamObserver<io.botmesh.v1.ListProblemsResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getListProblemsMethod(), getCallOptions()), request, responseObserver);
    }
  }

  /**
   * A stub to allow clients to do synchronous rpc calls to service ProblemService.
   * <pre>
   * What does not work as it should in one process of the mesh: for `botmesh doctor`, and
   * for whatever watches the mesh. Every process that serves a service of the mesh answers.
   * </pre>
   */
  public static final class ProblemServiceBlockingV2Stub
      extends io.grpc.stub.AbstractBlockingStub<ProblemServiceBlockingV2Stub> {
    private ProblemServiceBlockingV2Stub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected ProblemServiceBlockingV2Stub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new ProblemServiceBlockingV2Stub(channel, callOptions);
    }

    /**
     * <pre>
     * The problems that this process knows of, the newest first. Kept in memory: a restart
     * forgets them, and finds those that persist again.
     * </pre>
     */
    public io.botmesh.v1.ListProblemsResponse listProblems(io.botmesh.v1.ListProblemsRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getListProblemsMethod(), getCallOptions(), request);
    }
  }

  /**
   * A stub to allow clients to do limited synchronous rpc calls to service ProblemService.
   * <pre>
   * What does not work as it should in one process of the mesh: for `botmesh doctor`, and
   * for whatever watches the mesh. Every process that serves a service of the mesh answers.
   * </pre>
   */
  public static final class ProblemServiceBlockingStub
      extends io.grpc.stub.AbstractBlockingStub<ProblemServiceBlockingStub> {
    private ProblemServiceBlockingStub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected ProblemServiceBlockingStub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new ProblemServiceBlockingStub(channel, callOptions);
    }

    /**
     * <pre>
     * The problems that this process knows of, the newest first. Kept in memory: a restart
     * forgets them, and finds those that persist again.
     * </pre>
     */
    public io.botmesh.v1.ListProblemsResponse listProblems(io.botmesh.v1.ListProblemsRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getListProblemsMethod(), getCallOptions(), request);
    }
  }

  /**
   * A stub to allow clients to do ListenableFuture-style rpc calls to service ProblemService.
   * <pre>
   * What does not work as it should in one process of the mesh: for `botmesh doctor`, and
   * for whatever watches the mesh. Every process that serves a service of the mesh answers.
   * </pre>
   */
  public static final class ProblemServiceFutureStub
      extends io.grpc.stub.AbstractFutureStub<ProblemServiceFutureStub> {
    private ProblemServiceFutureStub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected ProblemServiceFutureStub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new ProblemServiceFutureStub(channel, callOptions);
    }

    /**
     * <pre>
     * The problems that this process knows of, the newest first. Kept in memory: a restart
     * forgets them, and finds those that persist again.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<io.botmesh.v1.ListProblemsResponse> listProblems(
        io.botmesh.v1.ListProblemsRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getListProblemsMethod(), getCallOptions()), request);
    }
  }

  private static final int METHODID_LIST_PROBLEMS = 0;

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
        case METHODID_LIST_PROBLEMS:
          serviceImpl.listProblems((io.botmesh.v1.ListProblemsRequest) request,
              (io.grpc.stub.StreamObserver<io.botmesh.v1.ListProblemsResponse>) responseObserver);
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
          getListProblemsMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              io.botmesh.v1.ListProblemsRequest,
              io.botmesh.v1.ListProblemsResponse>(
                service, METHODID_LIST_PROBLEMS)))
        .build();
  }

  private static abstract class ProblemServiceBaseDescriptorSupplier
      implements io.grpc.protobuf.ProtoFileDescriptorSupplier, io.grpc.protobuf.ProtoServiceDescriptorSupplier {
    ProblemServiceBaseDescriptorSupplier() {}

    @java.lang.Override
    public com.google.protobuf.Descriptors.FileDescriptor getFileDescriptor() {
      return io.botmesh.v1.ProblemServiceOuterClass.getDescriptor();
    }

    @java.lang.Override
    public com.google.protobuf.Descriptors.ServiceDescriptor getServiceDescriptor() {
      return getFileDescriptor().findServiceByName("ProblemService");
    }
  }

  private static final class ProblemServiceFileDescriptorSupplier
      extends ProblemServiceBaseDescriptorSupplier {
    ProblemServiceFileDescriptorSupplier() {}
  }

  private static final class ProblemServiceMethodDescriptorSupplier
      extends ProblemServiceBaseDescriptorSupplier
      implements io.grpc.protobuf.ProtoMethodDescriptorSupplier {
    private final java.lang.String methodName;

    ProblemServiceMethodDescriptorSupplier(java.lang.String methodName) {
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
      synchronized (ProblemServiceGrpc.class) {
        result = serviceDescriptor;
        if (result == null) {
          serviceDescriptor = result = io.grpc.ServiceDescriptor.newBuilder(SERVICE_NAME)
              .setSchemaDescriptor(new ProblemServiceFileDescriptorSupplier())
              .addMethod(getListProblemsMethod())
              .build();
        }
      }
    }
    return result;
  }
}
