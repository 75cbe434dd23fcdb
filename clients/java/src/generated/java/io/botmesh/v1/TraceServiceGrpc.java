package io.botmesh.v1;

import static io.grpc.MethodDescriptor.generateFullMethodName;

/**
 * <pre>
 * Reads the traces that `botmesh up` keeps in memory where no other backend is
 * configured. They come in by OTLP, on the same port.
 * </pre>
 */
@io.grpc.stub.annotations.GrpcGenerated
public final class TraceServiceGrpc {

  private TraceServiceGrpc() {}

  public static final java.lang.String SERVICE_NAME = "botmesh.v1.TraceService";

  // Static method descriptors that strictly reflect the proto.
  private static volatile io.grpc.MethodDescriptor<io.botmesh.v1.GetTraceRequest,
      io.botmesh.v1.GetTraceResponse> getGetTraceMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "GetTrace",
      requestType = io.botmesh.v1.GetTraceRequest.class,
      responseType = io.botmesh.v1.GetTraceResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.SERVER_STREAMING)
  public static io.grpc.MethodDescriptor<io.botmesh.v1.GetTraceRequest,
      io.botmesh.v1.GetTraceResponse> getGetTraceMethod() {
    io.grpc.MethodDescriptor<io.botmesh.v1.GetTraceRequest, io.botmesh.v1.GetTraceResponse> getGetTraceMethod;
    if ((getGetTraceMethod = TraceServiceGrpc.getGetTraceMethod) == null) {
      synchronized (TraceServiceGrpc.class) {
        if ((getGetTraceMethod = TraceServiceGrpc.getGetTraceMethod) == null) {
          TraceServiceGrpc.getGetTraceMethod = getGetTraceMethod =
              io.grpc.MethodDescriptor.<io.botmesh.v1.GetTraceRequest, io.botmesh.v1.GetTraceResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.SERVER_STREAMING)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "GetTrace"))
              .setSafe(true)
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.botmesh.v1.GetTraceRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.botmesh.v1.GetTraceResponse.getDefaultInstance()))
              .setSchemaDescriptor(new TraceServiceMethodDescriptorSupplier("GetTrace"))
              .build();
        }
      }
    }
    return getGetTraceMethod;
  }

  private static volatile io.grpc.MethodDescriptor<io.botmesh.v1.ListTracesRequest,
      io.botmesh.v1.ListTracesResponse> getListTracesMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "ListTraces",
      requestType = io.botmesh.v1.ListTracesRequest.class,
      responseType = io.botmesh.v1.ListTracesResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<io.botmesh.v1.ListTracesRequest,
      io.botmesh.v1.ListTracesResponse> getListTracesMethod() {
    io.grpc.MethodDescriptor<io.botmesh.v1.ListTracesRequest, io.botmesh.v1.ListTracesResponse> getListTracesMethod;
    if ((getListTracesMethod = TraceServiceGrpc.getListTracesMethod) == null) {
      synchronized (TraceServiceGrpc.class) {
        if ((getListTracesMethod = TraceServiceGrpc.getListTracesMethod) == null) {
          TraceServiceGrpc.getListTracesMethod = getListTracesMethod =
              io.grpc.MethodDescriptor.<io.botmesh.v1.ListTracesRequest, io.botmesh.v1.ListTracesResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "ListTraces"))
              .setSafe(true)
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.botmesh.v1.ListTracesRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.botmesh.v1.ListTracesResponse.getDefaultInstance()))
              .setSchemaDescriptor(new TraceServiceMethodDescriptorSupplier("ListTraces"))
              .build();
        }
      }
    }
    return getListTracesMethod;
  }

  /**
   * Creates a new async stub that supports all call types for the service
   */
  public static TraceServiceStub newStub(io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<TraceServiceStub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<TraceServiceStub>() {
        @java.lang.Override
        public TraceServiceStub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new TraceServiceStub(channel, callOptions);
        }
      };
    return TraceServiceStub.newStub(factory, channel);
  }

  /**
   * Creates a new blocking-style stub that supports all types of calls on the service
   */
  public static TraceServiceBlockingV2Stub newBlockingV2Stub(
      io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<TraceServiceBlockingV2Stub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<TraceServiceBlockingV2Stub>() {
        @java.lang.Override
        public TraceServiceBlockingV2Stub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new TraceServiceBlockingV2Stub(channel, callOptions);
        }
      };
    return TraceServiceBlockingV2Stub.newStub(factory, channel);
  }

  /**
   * Creates a new blocking-style stub that supports unary and streaming output calls on the service
   */
  public static TraceServiceBlockingStub newBlockingStub(
      io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<TraceServiceBlockingStub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<TraceServiceBlockingStub>() {
        @java.lang.Override
        public TraceServiceBlockingStub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new TraceServiceBlockingStub(channel, callOptions);
        }
      };
    return TraceServiceBlockingStub.newStub(factory, channel);
  }

  /**
   * Creates a new ListenableFuture-style stub that supports unary calls on the service
   */
  public static TraceServiceFutureStub newFutureStub(
      io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<TraceServiceFutureStub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<TraceServiceFutureStub>() {
        @java.lang.Override
        public TraceServiceFutureStub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new TraceServiceFutureStub(channel, callOptions);
        }
      };
    return TraceServiceFutureStub.newStub(factory, channel);
  }

  /**
   * <pre>
   * Reads the traces that `botmesh up` keeps in memory where no other backend is
   * configured. They come in by OTLP, on the same port.
   * </pre>
   */
  public interface AsyncService {

    /**
     * <pre>
     * The spans of one trace, in pieces. NOT_FOUND if none of its spans is kept.
     * </pre>
     */
    default void getTrace(io.botmesh.v1.GetTraceRequest request,
        io.grpc.stub.StreamObserver<io.botmesh.v1.GetTraceResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getGetTraceMethod(), responseObserver);
    }

    /**
     * <pre>
     * The last traces, newest first.
     * </pre>
     */
    default void listTraces(io.botmesh.v1.ListTracesRequest request,
        io.grpc.stub.StreamObserver<io.botmesh.v1.ListTracesResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getListTracesMethod(), responseObserver);
    }
  }

  /**
   * Base class for the server implementation of the service TraceService.
   * <pre>
   * Reads the traces that `botmesh up` keeps in memory where no other backend is
   * configured. They come in by OTLP, on the same port.
   * </pre>
   */
  public static abstract class TraceServiceImplBase
      implements io.grpc.BindableService, AsyncService {

    @java.lang.Override public final io.grpc.ServerServiceDefinition bindService() {
      return TraceServiceGrpc.bindService(this);
    }
  }

  /**
   * A stub to allow clients to do asynchronous rpc calls to service TraceService.
   * <pre>
   * Reads the traces that `botmesh up` keeps in memory where no other backend is
   * configured. They come in by OTLP, on the same port.
   * </pre>
   */
  public static final class TraceServiceStub
      extends io.grpc.stub.AbstractAsyncStub<TraceServiceStub> {
    private TraceServiceStub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected TraceServiceStub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new TraceServiceStub(channel, callOptions);
    }

    /**
     * <pre>
     * The spans of one trace, in pieces. NOT_FOUND if none of its spans is kept.
     * </pre>
     */
    public void getTrace(io.botmesh.v1.GetTraceRequest request,
        io.grpc.stub.StreamObserver<io.botmesh.v1.GetTraceResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncServerStreamingCall(
          getChannel().newCall(getGetTraceMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * The last traces, newest first.
     * </pre>
     */
    public void listTraces(io.botmesh.v1.ListTracesRequest request,
        io.grpc.stub.StreamObserver<io.botmesh.v1.ListTracesResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getListTracesMethod(), getCallOptions()), request, responseObserver);
    }
  }

  /**
   * A stub to allow clients to do synchronous rpc calls to service TraceService.
   * <pre>
   * Reads the traces that `botmesh up` keeps in memory where no other backend is
   * configured. They come in by OTLP, on the same port.
   * </pre>
   */
  public static final class TraceServiceBlockingV2Stub
      extends io.grpc.stub.AbstractBlockingStub<TraceServiceBlockingV2Stub> {
    private TraceServiceBlockingV2Stub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected TraceServiceBlockingV2Stub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new TraceServiceBlockingV2Stub(channel, callOptions);
    }

    /**
     * <pre>
     * The spans of one trace, in pieces. NOT_FOUND if none of its spans is kept.
     * </pre>
     */
    @io.grpc.ExperimentalApi("https://github.com/grpc/grpc-java/issues/10918")
    public io.grpc.stub.BlockingClientCall<?, io.botmesh.v1.GetTraceResponse>
        getTrace(io.botmesh.v1.GetTraceRequest request) {
      return io.grpc.stub.ClientCalls.blockingV2ServerStreamingCall(
          getChannel(), getGetTraceMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * The last traces, newest first.
     * </pre>
     */
    public io.botmesh.v1.ListTracesResponse listTraces(io.botmesh.v1.ListTracesRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getListTracesMethod(), getCallOptions(), request);
    }
  }

  /**
   * A stub to allow clients to do limited synchronous rpc calls to service TraceService.
   * <pre>
   * Reads the traces that `botmesh up` keeps in memory where no other backend is
   * configured. They come in by OTLP, on the same port.
   * </pre>
   */
  public static final class TraceServiceBlockingStub
      extends io.grpc.stub.AbstractBlockingStub<TraceServiceBlockingStub> {
    private TraceServiceBlockingStub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected TraceServiceBlockingStub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new TraceServiceBlockingStub(channel, callOptions);
    }

    /**
     * <pre>
     * The spans of one trace, in pieces. NOT_FOUND if none of its spans is kept.
     * </pre>
     */
    public java.util.Iterator<io.botmesh.v1.GetTraceResponse> getTrace(
        io.botmesh.v1.GetTraceRequest request) {
      return io.grpc.stub.ClientCalls.blockingServerStreamingCall(
          getChannel(), getGetTraceMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * The last traces, newest first.
     * </pre>
     */
    public io.botmesh.v1.ListTracesResponse listTraces(io.botmesh.v1.ListTracesRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getListTracesMethod(), getCallOptions(), request);
    }
  }

  /**
   * A stub to allow clients to do ListenableFuture-style rpc calls to service TraceService.
   * <pre>
   * Reads the traces that `botmesh up` keeps in memory where no other backend is
   * configured. They come in by OTLP, on the same port.
   * </pre>
   */
  public static final class TraceServiceFutureStub
      extends io.grpc.stub.AbstractFutureStub<TraceServiceFutureStub> {
    private TraceServiceFutureStub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected TraceServiceFutureStub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new TraceServiceFutureStub(channel, callOptions);
    }

    /**
     * <pre>
     * The last traces, newest first.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<io.botmesh.v1.ListTracesResponse> listTraces(
        io.botmesh.v1.ListTracesRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getListTracesMethod(), getCallOptions()), request);
    }
  }

  private static final int METHODID_GET_TRACE = 0;
  private static final int METHODID_LIST_TRACES = 1;

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
        case METHODID_GET_TRACE:
          serviceImpl.getTrace((io.botmesh.v1.GetTraceRequest) request,
              (io.grpc.stub.StreamObserver<io.botmesh.v1.GetTraceResponse>) responseObserver);
          break;
        case METHODID_LIST_TRACES:
          serviceImpl.listTraces((io.botmesh.v1.ListTracesRequest) request,
              (io.grpc.stub.StreamObserver<io.botmesh.v1.ListTracesResponse>) responseObserver);
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
          getGetTraceMethod(),
          io.grpc.stub.ServerCalls.asyncServerStreamingCall(
            new MethodHandlers<
              io.botmesh.v1.GetTraceRequest,
              io.botmesh.v1.GetTraceResponse>(
                service, METHODID_GET_TRACE)))
        .addMethod(
          getListTracesMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              io.botmesh.v1.ListTracesRequest,
              io.botmesh.v1.ListTracesResponse>(
                service, METHODID_LIST_TRACES)))
        .build();
  }

  private static abstract class TraceServiceBaseDescriptorSupplier
      implements io.grpc.protobuf.ProtoFileDescriptorSupplier, io.grpc.protobuf.ProtoServiceDescriptorSupplier {
    TraceServiceBaseDescriptorSupplier() {}

    @java.lang.Override
    public com.google.protobuf.Descriptors.FileDescriptor getFileDescriptor() {
      return io.botmesh.v1.TraceServiceOuterClass.getDescriptor();
    }

    @java.lang.Override
    public com.google.protobuf.Descriptors.ServiceDescriptor getServiceDescriptor() {
      return getFileDescriptor().findServiceByName("TraceService");
    }
  }

  private static final class TraceServiceFileDescriptorSupplier
      extends TraceServiceBaseDescriptorSupplier {
    TraceServiceFileDescriptorSupplier() {}
  }

  private static final class TraceServiceMethodDescriptorSupplier
      extends TraceServiceBaseDescriptorSupplier
      implements io.grpc.protobuf.ProtoMethodDescriptorSupplier {
    private final java.lang.String methodName;

    TraceServiceMethodDescriptorSupplier(java.lang.String methodName) {
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
      synchronized (TraceServiceGrpc.class) {
        result = serviceDescriptor;
        if (result == null) {
          serviceDescriptor = result = io.grpc.ServiceDescriptor.newBuilder(SERVICE_NAME)
              .setSchemaDescriptor(new TraceServiceFileDescriptorSupplier())
              .addMethod(getGetTraceMethod())
              .addMethod(getListTracesMethod())
              .build();
        }
      }
    }
    return result;
  }
}
