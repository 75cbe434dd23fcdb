package io.botmesh.v1;

import static io.grpc.MethodDescriptor.generateFullMethodName;

/**
 * <pre>
 * Work that outlasts a call. A task is durable: it survives a restart of this service
 * and of the agent that works on it. It is begun at least once; an agent can tell a
 * repetition by the message's task_id.
 * All methods are control but WatchTask, which has no deadline.
 * </pre>
 */
@io.grpc.stub.annotations.GrpcGenerated
public final class TaskServiceGrpc {

  private TaskServiceGrpc() {}

  public static final java.lang.String SERVICE_NAME = "botmesh.v1.TaskService";

  // Static method descriptors that strictly reflect the proto.
  private static volatile io.grpc.MethodDescriptor<io.botmesh.v1.SubmitTaskRequest,
      io.botmesh.v1.SubmitTaskResponse> getSubmitTaskMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "SubmitTask",
      requestType = io.botmesh.v1.SubmitTaskRequest.class,
      responseType = io.botmesh.v1.SubmitTaskResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<io.botmesh.v1.SubmitTaskRequest,
      io.botmesh.v1.SubmitTaskResponse> getSubmitTaskMethod() {
    io.grpc.MethodDescriptor<io.botmesh.v1.SubmitTaskRequest, io.botmesh.v1.SubmitTaskResponse> getSubmitTaskMethod;
    if ((getSubmitTaskMethod = TaskServiceGrpc.getSubmitTaskMethod) == null) {
      synchronized (TaskServiceGrpc.class) {
        if ((getSubmitTaskMethod = TaskServiceGrpc.getSubmitTaskMethod) == null) {
          TaskServiceGrpc.getSubmitTaskMethod = getSubmitTaskMethod =
              io.grpc.MethodDescriptor.<io.botmesh.v1.SubmitTaskRequest, io.botmesh.v1.SubmitTaskResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "SubmitTask"))
              .setIdempotent(true)
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.botmesh.v1.SubmitTaskRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.botmesh.v1.SubmitTaskResponse.getDefaultInstance()))
              .setSchemaDescriptor(new TaskServiceMethodDescriptorSupplier("SubmitTask"))
              .build();
        }
      }
    }
    return getSubmitTaskMethod;
  }

  private static volatile io.grpc.MethodDescriptor<io.botmesh.v1.GetTaskRequest,
      io.botmesh.v1.GetTaskResponse> getGetTaskMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "GetTask",
      requestType = io.botmesh.v1.GetTaskRequest.class,
      responseType = io.botmesh.v1.GetTaskResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<io.botmesh.v1.GetTaskRequest,
      io.botmesh.v1.GetTaskResponse> getGetTaskMethod() {
    io.grpc.MethodDescriptor<io.botmesh.v1.GetTaskRequest, io.botmesh.v1.GetTaskResponse> getGetTaskMethod;
    if ((getGetTaskMethod = TaskServiceGrpc.getGetTaskMethod) == null) {
      synchronized (TaskServiceGrpc.class) {
        if ((getGetTaskMethod = TaskServiceGrpc.getGetTaskMethod) == null) {
          TaskServiceGrpc.getGetTaskMethod = getGetTaskMethod =
              io.grpc.MethodDescriptor.<io.botmesh.v1.GetTaskRequest, io.botmesh.v1.GetTaskResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "GetTask"))
              .setSafe(true)
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.botmesh.v1.GetTaskRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.botmesh.v1.GetTaskResponse.getDefaultInstance()))
              .setSchemaDescriptor(new TaskServiceMethodDescriptorSupplier("GetTask"))
              .build();
        }
      }
    }
    return getGetTaskMethod;
  }

  private static volatile io.grpc.MethodDescriptor<io.botmesh.v1.WaitTaskRequest,
      io.botmesh.v1.WaitTaskResponse> getWaitTaskMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "WaitTask",
      requestType = io.botmesh.v1.WaitTaskRequest.class,
      responseType = io.botmesh.v1.WaitTaskResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<io.botmesh.v1.WaitTaskRequest,
      io.botmesh.v1.WaitTaskResponse> getWaitTaskMethod() {
    io.grpc.MethodDescriptor<io.botmesh.v1.WaitTaskRequest, io.botmesh.v1.WaitTaskResponse> getWaitTaskMethod;
    if ((getWaitTaskMethod = TaskServiceGrpc.getWaitTaskMethod) == null) {
      synchronized (TaskServiceGrpc.class) {
        if ((getWaitTaskMethod = TaskServiceGrpc.getWaitTaskMethod) == null) {
          TaskServiceGrpc.getWaitTaskMethod = getWaitTaskMethod =
              io.grpc.MethodDescriptor.<io.botmesh.v1.WaitTaskRequest, io.botmesh.v1.WaitTaskResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "WaitTask"))
              .setSafe(true)
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.botmesh.v1.WaitTaskRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.botmesh.v1.WaitTaskResponse.getDefaultInstance()))
              .setSchemaDescriptor(new TaskServiceMethodDescriptorSupplier("WaitTask"))
              .build();
        }
      }
    }
    return getWaitTaskMethod;
  }

  private static volatile io.grpc.MethodDescriptor<io.botmesh.v1.ListTasksRequest,
      io.botmesh.v1.ListTasksResponse> getListTasksMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "ListTasks",
      requestType = io.botmesh.v1.ListTasksRequest.class,
      responseType = io.botmesh.v1.ListTasksResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<io.botmesh.v1.ListTasksRequest,
      io.botmesh.v1.ListTasksResponse> getListTasksMethod() {
    io.grpc.MethodDescriptor<io.botmesh.v1.ListTasksRequest, io.botmesh.v1.ListTasksResponse> getListTasksMethod;
    if ((getListTasksMethod = TaskServiceGrpc.getListTasksMethod) == null) {
      synchronized (TaskServiceGrpc.class) {
        if ((getListTasksMethod = TaskServiceGrpc.getListTasksMethod) == null) {
          TaskServiceGrpc.getListTasksMethod = getListTasksMethod =
              io.grpc.MethodDescriptor.<io.botmesh.v1.ListTasksRequest, io.botmesh.v1.ListTasksResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "ListTasks"))
              .setSafe(true)
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.botmesh.v1.ListTasksRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.botmesh.v1.ListTasksResponse.getDefaultInstance()))
              .setSchemaDescriptor(new TaskServiceMethodDescriptorSupplier("ListTasks"))
              .build();
        }
      }
    }
    return getListTasksMethod;
  }

  private static volatile io.grpc.MethodDescriptor<io.botmesh.v1.CancelTaskRequest,
      io.botmesh.v1.CancelTaskResponse> getCancelTaskMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "CancelTask",
      requestType = io.botmesh.v1.CancelTaskRequest.class,
      responseType = io.botmesh.v1.CancelTaskResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<io.botmesh.v1.CancelTaskRequest,
      io.botmesh.v1.CancelTaskResponse> getCancelTaskMethod() {
    io.grpc.MethodDescriptor<io.botmesh.v1.CancelTaskRequest, io.botmesh.v1.CancelTaskResponse> getCancelTaskMethod;
    if ((getCancelTaskMethod = TaskServiceGrpc.getCancelTaskMethod) == null) {
      synchronized (TaskServiceGrpc.class) {
        if ((getCancelTaskMethod = TaskServiceGrpc.getCancelTaskMethod) == null) {
          TaskServiceGrpc.getCancelTaskMethod = getCancelTaskMethod =
              io.grpc.MethodDescriptor.<io.botmesh.v1.CancelTaskRequest, io.botmesh.v1.CancelTaskResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "CancelTask"))
              .setIdempotent(true)
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.botmesh.v1.CancelTaskRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.botmesh.v1.CancelTaskResponse.getDefaultInstance()))
              .setSchemaDescriptor(new TaskServiceMethodDescriptorSupplier("CancelTask"))
              .build();
        }
      }
    }
    return getCancelTaskMethod;
  }

  private static volatile io.grpc.MethodDescriptor<io.botmesh.v1.ResumeTaskRequest,
      io.botmesh.v1.ResumeTaskResponse> getResumeTaskMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "ResumeTask",
      requestType = io.botmesh.v1.ResumeTaskRequest.class,
      responseType = io.botmesh.v1.ResumeTaskResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<io.botmesh.v1.ResumeTaskRequest,
      io.botmesh.v1.ResumeTaskResponse> getResumeTaskMethod() {
    io.grpc.MethodDescriptor<io.botmesh.v1.ResumeTaskRequest, io.botmesh.v1.ResumeTaskResponse> getResumeTaskMethod;
    if ((getResumeTaskMethod = TaskServiceGrpc.getResumeTaskMethod) == null) {
      synchronized (TaskServiceGrpc.class) {
        if ((getResumeTaskMethod = TaskServiceGrpc.getResumeTaskMethod) == null) {
          TaskServiceGrpc.getResumeTaskMethod = getResumeTaskMethod =
              io.grpc.MethodDescriptor.<io.botmesh.v1.ResumeTaskRequest, io.botmesh.v1.ResumeTaskResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "ResumeTask"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.botmesh.v1.ResumeTaskRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.botmesh.v1.ResumeTaskResponse.getDefaultInstance()))
              .setSchemaDescriptor(new TaskServiceMethodDescriptorSupplier("ResumeTask"))
              .build();
        }
      }
    }
    return getResumeTaskMethod;
  }

  private static volatile io.grpc.MethodDescriptor<io.botmesh.v1.WatchTaskRequest,
      io.botmesh.v1.WatchTaskResponse> getWatchTaskMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "WatchTask",
      requestType = io.botmesh.v1.WatchTaskRequest.class,
      responseType = io.botmesh.v1.WatchTaskResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.SERVER_STREAMING)
  public static io.grpc.MethodDescriptor<io.botmesh.v1.WatchTaskRequest,
      io.botmesh.v1.WatchTaskResponse> getWatchTaskMethod() {
    io.grpc.MethodDescriptor<io.botmesh.v1.WatchTaskRequest, io.botmesh.v1.WatchTaskResponse> getWatchTaskMethod;
    if ((getWatchTaskMethod = TaskServiceGrpc.getWatchTaskMethod) == null) {
      synchronized (TaskServiceGrpc.class) {
        if ((getWatchTaskMethod = TaskServiceGrpc.getWatchTaskMethod) == null) {
          TaskServiceGrpc.getWatchTaskMethod = getWatchTaskMethod =
              io.grpc.MethodDescriptor.<io.botmesh.v1.WatchTaskRequest, io.botmesh.v1.WatchTaskResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.SERVER_STREAMING)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "WatchTask"))
              .setSafe(true)
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.botmesh.v1.WatchTaskRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.botmesh.v1.WatchTaskResponse.getDefaultInstance()))
              .setSchemaDescriptor(new TaskServiceMethodDescriptorSupplier("WatchTask"))
              .build();
        }
      }
    }
    return getWatchTaskMethod;
  }

  /**
   * Creates a new async stub that supports all call types for the service
   */
  public static TaskServiceStub newStub(io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<TaskServiceStub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<TaskServiceStub>() {
        @java.lang.Override
        public TaskServiceStub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new TaskServiceStub(channel, callOptions);
        }
      };
    return TaskServiceStub.newStub(factory, channel);
  }

  /**
   * Creates a new blocking-style stub that supports all types of calls on the service
   */
  public static TaskServiceBlockingV2Stub newBlockingV2Stub(
      io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<TaskServiceBlockingV2Stub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<TaskServiceBlockingV2Stub>() {
        @java.lang.Override
        public TaskServiceBlockingV2Stub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new TaskServiceBlockingV2Stub(channel, callOptions);
        }
      };
    return TaskServiceBlockingV2Stub.newStub(factory, channel);
  }

  /**
   * Creates a new blocking-style stub that supports unary and streaming output calls on the service
   */
  public static TaskServiceBlockingStub newBlockingStub(
      io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<TaskServiceBlockingStub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<TaskServiceBlockingStub>() {
        @java.lang.Override
        public TaskServiceBlockingStub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new TaskServiceBlockingStub(channel, callOptions);
        }
      };
    return TaskServiceBlockingStub.newStub(factory, channel);
  }

  /**
   * Creates a new ListenableFuture-style stub that supports unary calls on the service
   */
  public static TaskServiceFutureStub newFutureStub(
      io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<TaskServiceFutureStub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<TaskServiceFutureStub>() {
        @java.lang.Override
        public TaskServiceFutureStub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new TaskServiceFutureStub(channel, callOptions);
        }
      };
    return TaskServiceFutureStub.newStub(factory, channel);
  }

  /**
   * <pre>
   * Work that outlasts a call. A task is durable: it survives a restart of this service
   * and of the agent that works on it. It is begun at least once; an agent can tell a
   * repetition by the message's task_id.
   * All methods are control but WatchTask, which has no deadline.
   * </pre>
   */
  public interface AsyncService {

    /**
     * <pre>
     * Takes a task in and returns it at once. It continues the chain in the metadata
     * (agent_service.proto). May be repeated under the same message id: the same task. Refused,
     * and nothing taken in: UNKNOWN_AGENT, HOP_LIMIT, LOOP, QUEUE_FULL, MESSAGE_ID_REUSED.
     * </pre>
     */
    default void submitTask(io.botmesh.v1.SubmitTaskRequest request,
        io.grpc.stub.StreamObserver<io.botmesh.v1.SubmitTaskResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getSubmitTaskMethod(), responseObserver);
    }

    /**
     * <pre>
     * A task as it stands. Asks nobody: the work is not disturbed. NOT_FOUND, UNKNOWN_TASK.
     * </pre>
     */
    default void getTask(io.botmesh.v1.GetTaskRequest request,
        io.grpc.stub.StreamObserver<io.botmesh.v1.GetTaskResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getGetTaskMethod(), responseObserver);
    }

    /**
     * <pre>
     * Waits until a task has ended or asks for input, or until shortly before the deadline
     * of the call, and returns it as it stands then. NOT_FOUND, UNKNOWN_TASK.
     * </pre>
     */
    default void waitTask(io.botmesh.v1.WaitTaskRequest request,
        io.grpc.stub.StreamObserver<io.botmesh.v1.WaitTaskResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getWaitTaskMethod(), responseObserver);
    }

    /**
     * <pre>
     * The tasks of an account, the one in which something happened last first, in pages.
     * </pre>
     */
    default void listTasks(io.botmesh.v1.ListTasksRequest request,
        io.grpc.stub.StreamObserver<io.botmesh.v1.ListTasksResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getListTasksMethod(), responseObserver);
    }

    /**
     * <pre>
     * Ends a task, and all below it; returns when every hop has been told or could not be.
     * May be repeated. One that has ended stays as it is: the receipt says too late.
     * NOT_FOUND, UNKNOWN_TASK.
     * </pre>
     */
    default void cancelTask(io.botmesh.v1.CancelTaskRequest request,
        io.grpc.stub.StreamObserver<io.botmesh.v1.CancelTaskResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getCancelTaskMethod(), responseObserver);
    }

    /**
     * <pre>
     * Gives a task what its agent asked for. FAILED_PRECONDITION, TASK_NOT_WAITING where it
     * asks for nothing. NOT_FOUND, UNKNOWN_TASK.
     * </pre>
     */
    default void resumeTask(io.botmesh.v1.ResumeTaskRequest request,
        io.grpc.stub.StreamObserver<io.botmesh.v1.ResumeTaskResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getResumeTaskMethod(), responseObserver);
    }

    /**
     * <pre>
     * What happened to a task after an event, then what happens. Ends after its last event;
     * any client goes on from the last one that it has. NOT_FOUND, UNKNOWN_TASK.
     * </pre>
     */
    default void watchTask(io.botmesh.v1.WatchTaskRequest request,
        io.grpc.stub.StreamObserver<io.botmesh.v1.WatchTaskResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getWatchTaskMethod(), responseObserver);
    }
  }

  /**
   * Base class for the server implementation of the service TaskService.
   * <pre>
   * Work that outlasts a call. A task is durable: it survives a restart of this service
   * and of the agent that works on it. It is begun at least once; an agent can tell a
   * repetition by the message's task_id.
   * All methods are control but WatchTask, which has no deadline.
   * </pre>
   */
  public static abstract class TaskServiceImplBase
      implements io.grpc.BindableService, AsyncService {

    @java.lang.Override public final io.grpc.ServerServiceDefinition bindService() {
      return TaskServiceGrpc.bindService(this);
    }
  }

  /**
   * A stub to allow clients to do asynchronous rpc calls to service TaskService.
   * <pre>
   * Work that outlasts a call. A task is durable: it survives a restart of this service
   * and of the agent that works on it. It is begun at least once; an agent can tell a
   * repetition by the message's task_id.
   * All methods are control but WatchTask, which has no deadline.
   * </pre>
   */
  public static final class TaskServiceStub
      extends io.grpc.stub.AbstractAsyncStub<TaskServiceStub> {
    private TaskServiceStub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected TaskServiceStub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new TaskServiceStub(channel, callOptions);
    }

    /**
     * <pre>
     * Takes a task in and returns it at once. It continues the chain in the metadata
     * (agent_service.proto). May be repeated under the same message id: the same task. Refused,
     * and nothing taken in: UNKNOWN_AGENT, HOP_LIMIT, LOOP, QUEUE_FULL, MESSAGE_ID_REUSED.
     * </pre>
     */
    public void submitTask(io.botmesh.v1.SubmitTaskRequest request,
        io.grpc.stub.StreamObserver<io.botmesh.v1.SubmitTaskResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getSubmitTaskMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * A task as it stands. Asks nobody: the work is not disturbed. NOT_FOUND, UNKNOWN_TASK.
     * </pre>
     */
    public void getTask(io.botmesh.v1.GetTaskRequest request,
        io.grpc.stub.StreamObserver<io.botmesh.v1.GetTaskResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getGetTaskMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Waits until a task has ended or asks for input, or until shortly before the deadline
     * of the call, and returns it as it stands then. NOT_FOUND, UNKNOWN_TASK.
     * </pre>
     */
    public void waitTask(io.botmesh.v1.WaitTaskRequest request,
        io.grpc.stub.StreamObserver<io.botmesh.v1.WaitTaskResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getWaitTaskMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * The tasks of an account, the one in which something happened last first, in pages.
     * </pre>
     */
    public void listTasks(io.botmesh.v1.ListTasksRequest request,
        io.grpc.stub.StreamObserver<io.botmesh.v1.ListTasksResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getListTasksMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Ends a task, and all below it; returns when every hop has been told or could not be.
     * May be repeated. One that has ended stays as it is: the receipt says too late.
     * NOT_FOUND, UNKNOWN_TASK.
     * </pre>
     */
    public void cancelTask(io.botmesh.v1.CancelTaskRequest request,
        io.grpc.stub.StreamObserver<io.botmesh.v1.CancelTaskResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getCancelTaskMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Gives a task what its agent asked for. FAILED_PRECONDITION, TASK_NOT_WAITING where it
     * asks for nothing. NOT_FOUND, UNKNOWN_TASK.
     * </pre>
     */
    public void resumeTask(io.botmesh.v1.ResumeTaskRequest request,
        io.grpc.stub.StreamObserver<io.botmesh.v1.ResumeTaskResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getResumeTaskMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * What happened to a task after an event, then what happens. Ends after its last event;
     * any client goes on from the last one that it has. NOT_FOUND, UNKNOWN_TASK.
     * </pre>
     */
    public void watchTask(io.botmesh.v1.WatchTaskRequest request,
        io.grpc.stub.StreamObserver<io.botmesh.v1.WatchTaskResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncServerStreamingCall(
          getChannel().newCall(getWatchTaskMethod(), getCallOptions()), request, responseObserver);
    }
  }

  /**
   * A stub to allow clients to do synchronous rpc calls to service TaskService.
   * <pre>
   * Work that outlasts a call. A task is durable: it survives a restart of this service
   * and of the agent that works on it. It is begun at least once; an agent can tell a
   * repetition by the message's task_id.
   * All methods are control but WatchTask, which has no deadline.
   * </pre>
   */
  public static final class TaskServiceBlockingV2Stub
      extends io.grpc.stub.AbstractBlockingStub<TaskServiceBlockingV2Stub> {
    private TaskServiceBlockingV2Stub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected TaskServiceBlockingV2Stub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new TaskServiceBlockingV2Stub(channel, callOptions);
    }

    /**
     * <pre>
     * Takes a task in and returns it at once. It continues the chain in the metadata
     * (agent_service.proto). May be repeated under the same message id: the same task. Refused,
     * and nothing taken in: UNKNOWN_AGENT, HOP_LIMIT, LOOP, QUEUE_FULL, MESSAGE_ID_REUSED.
     * </pre>
     */
    public io.botmesh.v1.SubmitTaskResponse submitTask(io.botmesh.v1.SubmitTaskRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getSubmitTaskMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * A task as it stands. Asks nobody: the work is not disturbed. NOT_FOUND, UNKNOWN_TASK.
     * </pre>
     */
    public io.botmesh.v1.GetTaskResponse getTask(io.botmesh.v1.GetTaskRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getGetTaskMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Waits until a task has ended or asks for input, or until shortly before the deadline
     * of the call, and returns it as it stands then. NOT_FOUND, UNKNOWN_TASK.
     * </pre>
     */
    public io.botmesh.v1.WaitTaskResponse waitTask(io.botmesh.v1.WaitTaskRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getWaitTaskMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * The tasks of an account, the one in which something happened last first, in pages.
     * </pre>
     */
    public io.botmesh.v1.ListTasksResponse listTasks(io.botmesh.v1.ListTasksRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getListTasksMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Ends a task, and all below it; returns when every hop has been told or could not be.
     * May be repeated. One that has ended stays as it is: the receipt says too late.
     * NOT_FOUND, UNKNOWN_TASK.
     * </pre>
     */
    public io.botmesh.v1.CancelTaskResponse cancelTask(io.botmesh.v1.CancelTaskRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getCancelTaskMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Gives a task what its agent asked for. FAILED_PRECONDITION, TASK_NOT_WAITING where it
     * asks for nothing. NOT_FOUND, UNKNOWN_TASK.
     * </pre>
     */
    public io.botmesh.v1.ResumeTaskResponse resumeTask(io.botmesh.v1.ResumeTaskRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getResumeTaskMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * What happened to a task after an event, then what happens. Ends after its last event;
     * any client goes on from the last one that it has. NOT_FOUND, UNKNOWN_TASK.
     * </pre>
     */
    @io.grpc.ExperimentalApi("https://github.com/grpc/grpc-java/issues/10918")
    public io.grpc.stub.BlockingClientCall<?, io.botmesh.v1.WatchTaskResponse>
        watchTask(io.botmesh.v1.WatchTaskRequest request) {
      return io.grpc.stub.ClientCalls.blockingV2ServerStreamingCall(
          getChannel(), getWatchTaskMethod(), getCallOptions(), request);
    }
  }

  /**
   * A stub to allow clients to do limited synchronous rpc calls to service TaskService.
   * <pre>
   * Work that outlasts a call. A task is durable: it survives a restart of this service
   * and of the agent that works on it. It is begun at least once; an agent can tell a
   * repetition by the message's task_id.
   * All methods are control but WatchTask, which has no deadline.
   * </pre>
   */
  public static final class TaskServiceBlockingStub
      extends io.grpc.stub.AbstractBlockingStub<TaskServiceBlockingStub> {
    private TaskServiceBlockingStub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected TaskServiceBlockingStub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new TaskServiceBlockingStub(channel, callOptions);
    }

    /**
     * <pre>
     * Takes a task in and returns it at once. It continues the chain in the metadata
     * (agent_service.proto). May be repeated under the same message id: the same task. Refused,
     * and nothing taken in: UNKNOWN_AGENT, HOP_LIMIT, LOOP, QUEUE_FULL, MESSAGE_ID_REUSED.
     * </pre>
     */
    public io.botmesh.v1.SubmitTaskResponse submitTask(io.botmesh.v1.SubmitTaskRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getSubmitTaskMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * A task as it stands. Asks nobody: the work is not disturbed. NOT_FOUND, UNKNOWN_TASK.
     * </pre>
     */
    public io.botmesh.v1.GetTaskResponse getTask(io.botmesh.v1.GetTaskRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getGetTaskMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Waits until a task has ended or asks for input, or until shortly before the deadline
     * of the call, and returns it as it stands then. NOT_FOUND, UNKNOWN_TASK.
     * </pre>
     */
    public io.botmesh.v1.WaitTaskResponse waitTask(io.botmesh.v1.WaitTaskRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getWaitTaskMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * The tasks of an account, the one in which something happened last first, in pages.
     * </pre>
     */
    public io.botmesh.v1.ListTasksResponse listTasks(io.botmesh.v1.ListTasksRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getListTasksMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Ends a task, and all below it; returns when every hop has been told or could not be.
     * May be repeated. One that has ended stays as it is: the receipt says too late.
     * NOT_FOUND, UNKNOWN_TASK.
     * </pre>
     */
    public io.botmesh.v1.CancelTaskResponse cancelTask(io.botmesh.v1.CancelTaskRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getCancelTaskMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Gives a task what its agent asked for. FAILED_PRECONDITION, TASK_NOT_WAITING where it
     * asks for nothing. NOT_FOUND, UNKNOWN_TASK.
     * </pre>
     */
    public io.botmesh.v1.ResumeTaskResponse resumeTask(io.botmesh.v1.ResumeTaskRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getResumeTaskMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * What happened to a task after an event, then what happens. Ends after its last event;
     * any client goes on from the last one that it has. NOT_FOUND, UNKNOWN_TASK.
     * </pre>
     */
    public java.util.Iterator<io.botmesh.v1.WatchTaskResponse> watchTask(
        io.botmesh.v1.WatchTaskRequest request) {
      return io.grpc.stub.ClientCalls.blockingServerStreamingCall(
          getChannel(), getWatchTaskMethod(), getCallOptions(), request);
    }
  }

  /**
   * A stub to allow clients to do ListenableFuture-style rpc calls to service TaskService.
   * <pre>
   * Work that outlasts a call. A task is durable: it survives a restart of this service
   * and of the agent that works on it. It is begun at least once; an agent can tell a
   * repetition by the message's task_id.
   * All methods are control but WatchTask, which has no deadline.
   * </pre>
   */
  public static final class TaskServiceFutureStub
      extends io.grpc.stub.AbstractFutureStub<TaskServiceFutureStub> {
    private TaskServiceFutureStub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected TaskServiceFutureStub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new TaskServiceFutureStub(channel, callOptions);
    }

    /**
     * <pre>
     * Takes a task in and returns it at once. It continues the chain in the metadata
     * (agent_service.proto). May be repeated under the same message id: the same task. Refused,
     * and nothing taken in: UNKNOWN_AGENT, HOP_LIMIT, LOOP, QUEUE_FULL, MESSAGE_ID_REUSED.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<io.botmesh.v1.SubmitTaskResponse> submitTask(
        io.botmesh.v1.SubmitTaskRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getSubmitTaskMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * A task as it stands. Asks nobody: the work is not disturbed. NOT_FOUND, UNKNOWN_TASK.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<io.botmesh.v1.GetTaskResponse> getTask(
        io.botmesh.v1.GetTaskRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getGetTaskMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Waits until a task has ended or asks for input, or until shortly before the deadline
     * of the call, and returns it as it stands then. NOT_FOUND, UNKNOWN_TASK.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<io.botmesh.v1.WaitTaskResponse> waitTask(
        io.botmesh.v1.WaitTaskRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getWaitTaskMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * The tasks of an account, the one in which something happened last first, in pages.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<io.botmesh.v1.ListTasksResponse> listTasks(
        io.botmesh.v1.ListTasksRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getListTasksMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Ends a task, and all below it; returns when every hop has been told or could not be.
     * May be repeated. One that has ended stays as it is: the receipt says too late.
     * NOT_FOUND, UNKNOWN_TASK.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<io.botmesh.v1.CancelTaskResponse> cancelTask(
        io.botmesh.v1.CancelTaskRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getCancelTaskMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Gives a task what its agent asked for. FAILED_PRECONDITION, TASK_NOT_WAITING where it
     * asks for nothing. NOT_FOUND, UNKNOWN_TASK.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<io.botmesh.v1.ResumeTaskResponse> resumeTask(
        io.botmesh.v1.ResumeTaskRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getResumeTaskMethod(), getCallOptions()), request);
    }
  }

  private static final int METHODID_SUBMIT_TASK = 0;
  private static final int METHODID_GET_TASK = 1;
  private static final int METHODID_WAIT_TASK = 2;
  private static final int METHODID_LIST_TASKS = 3;
  private static final int METHODID_CANCEL_TASK = 4;
  private static final int METHODID_RESUME_TASK = 5;
  private static final int METHODID_WATCH_TASK = 6;

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
        case METHODID_SUBMIT_TASK:
          serviceImpl.submitTask((io.botmesh.v1.SubmitTaskRequest) request,
              (io.grpc.stub.StreamObserver<io.botmesh.v1.SubmitTaskResponse>) responseObserver);
          break;
        case METHODID_GET_TASK:
          serviceImpl.getTask((io.botmesh.v1.GetTaskRequest) request,
              (io.grpc.stub.StreamObserver<io.botmesh.v1.GetTaskResponse>) responseObserver);
          break;
        case METHODID_WAIT_TASK:
          serviceImpl.waitTask((io.botmesh.v1.WaitTaskRequest) request,
              (io.grpc.stub.StreamObserver<io.botmesh.v1.WaitTaskResponse>) responseObserver);
          break;
        case METHODID_LIST_TASKS:
          serviceImpl.listTasks((io.botmesh.v1.ListTasksRequest) request,
              (io.grpc.stub.StreamObserver<io.botmesh.v1.ListTasksResponse>) responseObserver);
          break;
        case METHODID_CANCEL_TASK:
          serviceImpl.cancelTask((io.botmesh.v1.CancelTaskRequest) request,
              (io.grpc.stub.StreamObserver<io.botmesh.v1.CancelTaskResponse>) responseObserver);
          break;
        case METHODID_RESUME_TASK:
          serviceImpl.resumeTask((io.botmesh.v1.ResumeTaskRequest) request,
              (io.grpc.stub.StreamObserver<io.botmesh.v1.ResumeTaskResponse>) responseObserver);
          break;
        case METHODID_WATCH_TASK:
          serviceImpl.watchTask((io.botmesh.v1.WatchTaskRequest) request,
              (io.grpc.stub.StreamObserver<io.botmesh.v1.WatchTaskResponse>) responseObserver);
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
          getSubmitTaskMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              io.botmesh.v1.SubmitTaskRequest,
              io.botmesh.v1.SubmitTaskResponse>(
                service, METHODID_SUBMIT_TASK)))
        .addMethod(
          getGetTaskMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              io.botmesh.v1.GetTaskRequest,
              io.botmesh.v1.GetTaskResponse>(
                service, METHODID_GET_TASK)))
        .addMethod(
          getWaitTaskMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              io.botmesh.v1.WaitTaskRequest,
              io.botmesh.v1.WaitTaskResponse>(
                service, METHODID_WAIT_TASK)))
        .addMethod(
          getListTasksMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              io.botmesh.v1.ListTasksRequest,
              io.botmesh.v1.ListTasksResponse>(
                service, METHODID_LIST_TASKS)))
        .addMethod(
          getCancelTaskMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              io.botmesh.v1.CancelTaskRequest,
              io.botmesh.v1.CancelTaskResponse>(
                service, METHODID_CANCEL_TASK)))
        .addMethod(
          getResumeTaskMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              io.botmesh.v1.ResumeTaskRequest,
              io.botmesh.v1.ResumeTaskResponse>(
                service, METHODID_RESUME_TASK)))
        .addMethod(
          getWatchTaskMethod(),
          io.grpc.stub.ServerCalls.asyncServerStreamingCall(
            new MethodHandlers<
              io.botmesh.v1.WatchTaskRequest,
              io.botmesh.v1.WatchTaskResponse>(
                service, METHODID_WATCH_TASK)))
        .build();
  }

  private static abstract class TaskServiceBaseDescriptorSupplier
      implements io.grpc.protobuf.ProtoFileDescriptorSupplier, io.grpc.protobuf.ProtoServiceDescriptorSupplier {
    TaskServiceBaseDescriptorSupplier() {}

    @java.lang.Override
    public com.google.protobuf.Descriptors.FileDescriptor getFileDescriptor() {
      return io.botmesh.v1.TaskServiceOuterClass.getDescriptor();
    }

    @java.lang.Override
    public com.google.protobuf.Descriptors.ServiceDescriptor getServiceDescriptor() {
      return getFileDescriptor().findServiceByName("TaskService");
    }
  }

  private static final class TaskServiceFileDescriptorSupplier
      extends TaskServiceBaseDescriptorSupplier {
    TaskServiceFileDescriptorSupplier() {}
  }

  private static final class TaskServiceMethodDescriptorSupplier
      extends TaskServiceBaseDescriptorSupplier
      implements io.grpc.protobuf.ProtoMethodDescriptorSupplier {
    private final java.lang.String methodName;

    TaskServiceMethodDescriptorSupplier(java.lang.String methodName) {
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
      synchronized (TaskServiceGrpc.class) {
        result = serviceDescriptor;
        if (result == null) {
          serviceDescriptor = result = io.grpc.ServiceDescriptor.newBuilder(SERVICE_NAME)
              .setSchemaDescriptor(new TaskServiceFileDescriptorSupplier())
              .addMethod(getSubmitTaskMethod())
              .addMethod(getGetTaskMethod())
              .addMethod(getWaitTaskMethod())
              .addMethod(getListTasksMethod())
              .addMethod(getCancelTaskMethod())
              .addMethod(getResumeTaskMethod())
              .addMethod(getWatchTaskMethod())
              .build();
        }
      }
    }
    return result;
  }
}
