package io.botmesh.v1;

import static io.grpc.MethodDescriptor.generateFullMethodName;

/**
 * <pre>
 * Who said what to whom, and what it cost. Both ends of a delegation report what they
 * saw; the journal keeps it once. Nobody waits for it: a report that is lost loses a
 * line, never a delegation.
 * </pre>
 */
@io.grpc.stub.annotations.GrpcGenerated
public final class JournalServiceGrpc {

  private JournalServiceGrpc() {}

  public static final java.lang.String SERVICE_NAME = "botmesh.v1.JournalService";

  // Static method descriptors that strictly reflect the proto.
  private static volatile io.grpc.MethodDescriptor<io.botmesh.v1.RecordRequest,
      io.botmesh.v1.RecordResponse> getRecordMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "Record",
      requestType = io.botmesh.v1.RecordRequest.class,
      responseType = io.botmesh.v1.RecordResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<io.botmesh.v1.RecordRequest,
      io.botmesh.v1.RecordResponse> getRecordMethod() {
    io.grpc.MethodDescriptor<io.botmesh.v1.RecordRequest, io.botmesh.v1.RecordResponse> getRecordMethod;
    if ((getRecordMethod = JournalServiceGrpc.getRecordMethod) == null) {
      synchronized (JournalServiceGrpc.class) {
        if ((getRecordMethod = JournalServiceGrpc.getRecordMethod) == null) {
          JournalServiceGrpc.getRecordMethod = getRecordMethod =
              io.grpc.MethodDescriptor.<io.botmesh.v1.RecordRequest, io.botmesh.v1.RecordResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "Record"))
              .setIdempotent(true)
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.botmesh.v1.RecordRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.botmesh.v1.RecordResponse.getDefaultInstance()))
              .setSchemaDescriptor(new JournalServiceMethodDescriptorSupplier("Record"))
              .build();
        }
      }
    }
    return getRecordMethod;
  }

  private static volatile io.grpc.MethodDescriptor<io.botmesh.v1.ListMessagesRequest,
      io.botmesh.v1.ListMessagesResponse> getListMessagesMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "ListMessages",
      requestType = io.botmesh.v1.ListMessagesRequest.class,
      responseType = io.botmesh.v1.ListMessagesResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<io.botmesh.v1.ListMessagesRequest,
      io.botmesh.v1.ListMessagesResponse> getListMessagesMethod() {
    io.grpc.MethodDescriptor<io.botmesh.v1.ListMessagesRequest, io.botmesh.v1.ListMessagesResponse> getListMessagesMethod;
    if ((getListMessagesMethod = JournalServiceGrpc.getListMessagesMethod) == null) {
      synchronized (JournalServiceGrpc.class) {
        if ((getListMessagesMethod = JournalServiceGrpc.getListMessagesMethod) == null) {
          JournalServiceGrpc.getListMessagesMethod = getListMessagesMethod =
              io.grpc.MethodDescriptor.<io.botmesh.v1.ListMessagesRequest, io.botmesh.v1.ListMessagesResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "ListMessages"))
              .setSafe(true)
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.botmesh.v1.ListMessagesRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.botmesh.v1.ListMessagesResponse.getDefaultInstance()))
              .setSchemaDescriptor(new JournalServiceMethodDescriptorSupplier("ListMessages"))
              .build();
        }
      }
    }
    return getListMessagesMethod;
  }

  private static volatile io.grpc.MethodDescriptor<io.botmesh.v1.GetCostsRequest,
      io.botmesh.v1.GetCostsResponse> getGetCostsMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "GetCosts",
      requestType = io.botmesh.v1.GetCostsRequest.class,
      responseType = io.botmesh.v1.GetCostsResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<io.botmesh.v1.GetCostsRequest,
      io.botmesh.v1.GetCostsResponse> getGetCostsMethod() {
    io.grpc.MethodDescriptor<io.botmesh.v1.GetCostsRequest, io.botmesh.v1.GetCostsResponse> getGetCostsMethod;
    if ((getGetCostsMethod = JournalServiceGrpc.getGetCostsMethod) == null) {
      synchronized (JournalServiceGrpc.class) {
        if ((getGetCostsMethod = JournalServiceGrpc.getGetCostsMethod) == null) {
          JournalServiceGrpc.getGetCostsMethod = getGetCostsMethod =
              io.grpc.MethodDescriptor.<io.botmesh.v1.GetCostsRequest, io.botmesh.v1.GetCostsResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "GetCosts"))
              .setSafe(true)
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.botmesh.v1.GetCostsRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.botmesh.v1.GetCostsResponse.getDefaultInstance()))
              .setSchemaDescriptor(new JournalServiceMethodDescriptorSupplier("GetCosts"))
              .build();
        }
      }
    }
    return getGetCostsMethod;
  }

  /**
   * Creates a new async stub that supports all call types for the service
   */
  public static JournalServiceStub newStub(io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<JournalServiceStub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<JournalServiceStub>() {
        @java.lang.Override
        public JournalServiceStub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new JournalServiceStub(channel, callOptions);
        }
      };
    return JournalServiceStub.newStub(factory, channel);
  }

  /**
   * Creates a new blocking-style stub that supports all types of calls on the service
   */
  public static JournalServiceBlockingV2Stub newBlockingV2Stub(
      io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<JournalServiceBlockingV2Stub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<JournalServiceBlockingV2Stub>() {
        @java.lang.Override
        public JournalServiceBlockingV2Stub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new JournalServiceBlockingV2Stub(channel, callOptions);
        }
      };
    return JournalServiceBlockingV2Stub.newStub(factory, channel);
  }

  /**
   * Creates a new blocking-style stub that supports unary and streaming output calls on the service
   */
  public static JournalServiceBlockingStub newBlockingStub(
      io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<JournalServiceBlockingStub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<JournalServiceBlockingStub>() {
        @java.lang.Override
        public JournalServiceBlockingStub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new JournalServiceBlockingStub(channel, callOptions);
        }
      };
    return JournalServiceBlockingStub.newStub(factory, channel);
  }

  /**
   * Creates a new ListenableFuture-style stub that supports unary calls on the service
   */
  public static JournalServiceFutureStub newFutureStub(
      io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<JournalServiceFutureStub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<JournalServiceFutureStub>() {
        @java.lang.Override
        public JournalServiceFutureStub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new JournalServiceFutureStub(channel, callOptions);
        }
      };
    return JournalServiceFutureStub.newStub(factory, channel);
  }

  /**
   * <pre>
   * Who said what to whom, and what it cost. Both ends of a delegation report what they
   * saw; the journal keeps it once. Nobody waits for it: a report that is lost loses a
   * line, never a delegation.
   * </pre>
   */
  public interface AsyncService {

    /**
     * <pre>
     * Takes reports in. May be repeated: an id is kept once.
     * </pre>
     */
    default void record(io.botmesh.v1.RecordRequest request,
        io.grpc.stub.StreamObserver<io.botmesh.v1.RecordResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getRecordMethod(), responseObserver);
    }

    /**
     * <pre>
     * The messages that were logged, in pages. Only those of processes with the setting
     * persist_messages on.
     * </pre>
     */
    default void listMessages(io.botmesh.v1.ListMessagesRequest request,
        io.grpc.stub.StreamObserver<io.botmesh.v1.ListMessagesResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getListMessagesMethod(), responseObserver);
    }

    /**
     * <pre>
     * What was spent, by agent, chain, conversation or day.
     * </pre>
     */
    default void getCosts(io.botmesh.v1.GetCostsRequest request,
        io.grpc.stub.StreamObserver<io.botmesh.v1.GetCostsResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getGetCostsMethod(), responseObserver);
    }
  }

  /**
   * Base class for the server implementation of the service JournalService.
   * <pre>
   * Who said what to whom, and what it cost. Both ends of a delegation report what they
   * saw; the journal keeps it once. Nobody waits for it: a report that is lost loses a
   * line, never a delegation.
   * </pre>
   */
  public static abstract class JournalServiceImplBase
      implements io.grpc.BindableService, AsyncService {

    @java.lang.Override public final io.grpc.ServerServiceDefinition bindService() {
      return JournalServiceGrpc.bindService(this);
    }
  }

  /**
   * A stub to allow clients to do asynchronous rpc calls to service JournalService.
   * <pre>
   * Who said what to whom, and what it cost. Both ends of a delegation report what they
   * saw; the journal keeps it once. Nobody waits for it: a report that is lost loses a
   * line, never a delegation.
   * </pre>
   */
  public static final class JournalServiceStub
      extends io.grpc.stub.AbstractAsyncStub<JournalServiceStub> {
    private JournalServiceStub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected JournalServiceStub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new JournalServiceStub(channel, callOptions);
    }

    /**
     * <pre>
     * Takes reports in. May be repeated: an id is kept once.
     * </pre>
     */
    public void record(io.botmesh.v1.RecordRequest request,
        io.grpc.stub.StreamObserver<io.botmesh.v1.RecordResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getRecordMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * The messages that were logged, in pages. Only those of processes with the setting
     * persist_messages on.
     * </pre>
     */
    public void listMessages(io.botmesh.v1.ListMessagesRequest request,
        io.grpc.stub.StreamObserver<io.botmesh.v1.ListMessagesResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getListMessagesMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * What was spent, by agent, chain, conversation or day.
     * </pre>
     */
    public void getCosts(io.botmesh.v1.GetCostsRequest request,
        io.grpc.stub.StreamObserver<io.botmesh.v1.GetCostsResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getGetCostsMethod(), getCallOptions()), request, responseObserver);
    }
  }

  /**
   * A stub to allow clients to do synchronous rpc calls to service JournalService.
   * <pre>
   * Who said what to whom, and what it cost. Both ends of a delegation report what they
   * saw; the journal keeps it once. Nobody waits for it: a report that is lost loses a
   * line, never a delegation.
   * </pre>
   */
  public static final class JournalServiceBlockingV2Stub
      extends io.grpc.stub.AbstractBlockingStub<JournalServiceBlockingV2Stub> {
    private JournalServiceBlockingV2Stub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected JournalServiceBlockingV2Stub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new JournalServiceBlockingV2Stub(channel, callOptions);
    }

    /**
     * <pre>
     * Takes reports in. May be repeated: an id is kept once.
     * </pre>
     */
    public io.botmesh.v1.RecordResponse record(io.botmesh.v1.RecordRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getRecordMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * The messages that were logged, in pages. Only those of processes with the setting
     * persist_messages on.
     * </pre>
     */
    public io.botmesh.v1.ListMessagesResponse listMessages(io.botmesh.v1.ListMessagesRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getListMessagesMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * What was spent, by agent, chain, conversation or day.
     * </pre>
     */
    public io.botmesh.v1.GetCostsResponse getCosts(io.botmesh.v1.GetCostsRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getGetCostsMethod(), getCallOptions(), request);
    }
  }

  /**
   * A stub to allow clients to do limited synchronous rpc calls to service JournalService.
   * <pre>
   * Who said what to whom, and what it cost. Both ends of a delegation report what they
   * saw; the journal keeps it once. Nobody waits for it: a report that is lost loses a
   * line, never a delegation.
   * </pre>
   */
  public static final class JournalServiceBlockingStub
      extends io.grpc.stub.AbstractBlockingStub<JournalServiceBlockingStub> {
    private JournalServiceBlockingStub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected JournalServiceBlockingStub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new JournalServiceBlockingStub(channel, callOptions);
    }

    /**
     * <pre>
     * Takes reports in. May be repeated: an id is kept once.
     * </pre>
     */
    public io.botmesh.v1.RecordResponse record(io.botmesh.v1.RecordRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getRecordMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * The messages that were logged, in pages. Only those of processes with the setting
     * persist_messages on.
     * </pre>
     */
    public io.botmesh.v1.ListMessagesResponse listMessages(io.botmesh.v1.ListMessagesRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getListMessagesMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * What was spent, by agent, chain, conversation or day.
     * </pre>
     */
    public io.botmesh.v1.GetCostsResponse getCosts(io.botmesh.v1.GetCostsRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getGetCostsMethod(), getCallOptions(), request);
    }
  }

  /**
   * A stub to allow clients to do ListenableFuture-style rpc calls to service JournalService.
   * <pre>
   * Who said what to whom, and what it cost. Both ends of a delegation report what they
   * saw; the journal keeps it once. Nobody waits for it: a report that is lost loses a
   * line, never a delegation.
   * </pre>
   */
  public static final class JournalServiceFutureStub
      extends io.grpc.stub.AbstractFutureStub<JournalServiceFutureStub> {
    private JournalServiceFutureStub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected JournalServiceFutureStub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new JournalServiceFutureStub(channel, callOptions);
    }

    /**
     * <pre>
     * Takes reports in. May be repeated: an id is kept once.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<io.botmesh.v1.RecordResponse> record(
        io.botmesh.v1.RecordRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getRecordMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * The messages that were logged, in pages. Only those of processes with the setting
     * persist_messages on.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<io.botmesh.v1.ListMessagesResponse> listMessages(
        io.botmesh.v1.ListMessagesRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getListMessagesMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * What was spent, by agent, chain, conversation or day.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<io.botmesh.v1.GetCostsResponse> getCosts(
        io.botmesh.v1.GetCostsRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getGetCostsMethod(), getCallOptions()), request);
    }
  }

  private static final int METHODID_RECORD = 0;
  private static final int METHODID_LIST_MESSAGES = 1;
  private static final int METHODID_GET_COSTS = 2;

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
        case METHODID_RECORD:
          serviceImpl.record((io.botmesh.v1.RecordRequest) request,
              (io.grpc.stub.StreamObserver<io.botmesh.v1.RecordResponse>) responseObserver);
          break;
        case METHODID_LIST_MESSAGES:
          serviceImpl.listMessages((io.botmesh.v1.ListMessagesRequest) request,
              (io.grpc.stub.StreamObserver<io.botmesh.v1.ListMessagesResponse>) responseObserver);
          break;
        case METHODID_GET_COSTS:
          serviceImpl.getCosts((io.botmesh.v1.GetCostsRequest) request,
              (io.grpc.stub.StreamObserver<io.botmesh.v1.GetCostsResponse>) responseObserver);
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
          getRecordMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              io.botmesh.v1.RecordRequest,
              io.botmesh.v1.RecordResponse>(
                service, METHODID_RECORD)))
        .addMethod(
          getListMessagesMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              io.botmesh.v1.ListMessagesRequest,
              io.botmesh.v1.ListMessagesResponse>(
                service, METHODID_LIST_MESSAGES)))
        .addMethod(
          getGetCostsMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              io.botmesh.v1.GetCostsRequest,
              io.botmesh.v1.GetCostsResponse>(
                service, METHODID_GET_COSTS)))
        .build();
  }

  private static abstract class JournalServiceBaseDescriptorSupplier
      implements io.grpc.protobuf.ProtoFileDescriptorSupplier, io.grpc.protobuf.ProtoServiceDescriptorSupplier {
    JournalServiceBaseDescriptorSupplier() {}

    @java.lang.Override
    public com.google.protobuf.Descriptors.FileDescriptor getFileDescriptor() {
      return io.botmesh.v1.JournalServiceOuterClass.getDescriptor();
    }

    @java.lang.Override
    public com.google.protobuf.Descriptors.ServiceDescriptor getServiceDescriptor() {
      return getFileDescriptor().findServiceByName("JournalService");
    }
  }

  private static final class JournalServiceFileDescriptorSupplier
      extends JournalServiceBaseDescriptorSupplier {
    JournalServiceFileDescriptorSupplier() {}
  }

  private static final class JournalServiceMethodDescriptorSupplier
      extends JournalServiceBaseDescriptorSupplier
      implements io.grpc.protobuf.ProtoMethodDescriptorSupplier {
    private final java.lang.String methodName;

    JournalServiceMethodDescriptorSupplier(java.lang.String methodName) {
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
      synchronized (JournalServiceGrpc.class) {
        result = serviceDescriptor;
        if (result == null) {
          serviceDescriptor = result = io.grpc.ServiceDescriptor.newBuilder(SERVICE_NAME)
              .setSchemaDescriptor(new JournalServiceFileDescriptorSupplier())
              .addMethod(getRecordMethod())
              .addMethod(getListMessagesMethod())
              .addMethod(getGetCostsMethod())
              .build();
        }
      }
    }
    return result;
  }
}
