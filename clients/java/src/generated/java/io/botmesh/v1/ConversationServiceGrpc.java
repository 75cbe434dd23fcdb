package io.botmesh.v1;

import static io.grpc.MethodDescriptor.generateFullMethodName;

/**
 * <pre>
 * Takes in what contacts say and keeps history, context and the one owner of each
 * conversation. Nothing that was acknowledged is lost, whatever dies.
 * A call that names an epoch is refused with ABORTED, EPOCH_CHANGED and the present
 * owner when the owner has changed.
 * </pre>
 */
@io.grpc.stub.annotations.GrpcGenerated
public final class ConversationServiceGrpc {

  private ConversationServiceGrpc() {}

  public static final java.lang.String SERVICE_NAME = "botmesh.v1.ConversationService";

  // Static method descriptors that strictly reflect the proto.
  private static volatile io.grpc.MethodDescriptor<io.botmesh.v1.PostRequest,
      io.botmesh.v1.PostResponse> getPostMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "Post",
      requestType = io.botmesh.v1.PostRequest.class,
      responseType = io.botmesh.v1.PostResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.SERVER_STREAMING)
  public static io.grpc.MethodDescriptor<io.botmesh.v1.PostRequest,
      io.botmesh.v1.PostResponse> getPostMethod() {
    io.grpc.MethodDescriptor<io.botmesh.v1.PostRequest, io.botmesh.v1.PostResponse> getPostMethod;
    if ((getPostMethod = ConversationServiceGrpc.getPostMethod) == null) {
      synchronized (ConversationServiceGrpc.class) {
        if ((getPostMethod = ConversationServiceGrpc.getPostMethod) == null) {
          ConversationServiceGrpc.getPostMethod = getPostMethod =
              io.grpc.MethodDescriptor.<io.botmesh.v1.PostRequest, io.botmesh.v1.PostResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.SERVER_STREAMING)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "Post"))
              .setIdempotent(true)
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.botmesh.v1.PostRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.botmesh.v1.PostResponse.getDefaultInstance()))
              .setSchemaDescriptor(new ConversationServiceMethodDescriptorSupplier("Post"))
              .build();
        }
      }
    }
    return getPostMethod;
  }

  private static volatile io.grpc.MethodDescriptor<io.botmesh.v1.GetConversationRequest,
      io.botmesh.v1.GetConversationResponse> getGetConversationMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "GetConversation",
      requestType = io.botmesh.v1.GetConversationRequest.class,
      responseType = io.botmesh.v1.GetConversationResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<io.botmesh.v1.GetConversationRequest,
      io.botmesh.v1.GetConversationResponse> getGetConversationMethod() {
    io.grpc.MethodDescriptor<io.botmesh.v1.GetConversationRequest, io.botmesh.v1.GetConversationResponse> getGetConversationMethod;
    if ((getGetConversationMethod = ConversationServiceGrpc.getGetConversationMethod) == null) {
      synchronized (ConversationServiceGrpc.class) {
        if ((getGetConversationMethod = ConversationServiceGrpc.getGetConversationMethod) == null) {
          ConversationServiceGrpc.getGetConversationMethod = getGetConversationMethod =
              io.grpc.MethodDescriptor.<io.botmesh.v1.GetConversationRequest, io.botmesh.v1.GetConversationResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "GetConversation"))
              .setSafe(true)
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.botmesh.v1.GetConversationRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.botmesh.v1.GetConversationResponse.getDefaultInstance()))
              .setSchemaDescriptor(new ConversationServiceMethodDescriptorSupplier("GetConversation"))
              .build();
        }
      }
    }
    return getGetConversationMethod;
  }

  private static volatile io.grpc.MethodDescriptor<io.botmesh.v1.ListConversationsRequest,
      io.botmesh.v1.ListConversationsResponse> getListConversationsMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "ListConversations",
      requestType = io.botmesh.v1.ListConversationsRequest.class,
      responseType = io.botmesh.v1.ListConversationsResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<io.botmesh.v1.ListConversationsRequest,
      io.botmesh.v1.ListConversationsResponse> getListConversationsMethod() {
    io.grpc.MethodDescriptor<io.botmesh.v1.ListConversationsRequest, io.botmesh.v1.ListConversationsResponse> getListConversationsMethod;
    if ((getListConversationsMethod = ConversationServiceGrpc.getListConversationsMethod) == null) {
      synchronized (ConversationServiceGrpc.class) {
        if ((getListConversationsMethod = ConversationServiceGrpc.getListConversationsMethod) == null) {
          ConversationServiceGrpc.getListConversationsMethod = getListConversationsMethod =
              io.grpc.MethodDescriptor.<io.botmesh.v1.ListConversationsRequest, io.botmesh.v1.ListConversationsResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "ListConversations"))
              .setSafe(true)
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.botmesh.v1.ListConversationsRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.botmesh.v1.ListConversationsResponse.getDefaultInstance()))
              .setSchemaDescriptor(new ConversationServiceMethodDescriptorSupplier("ListConversations"))
              .build();
        }
      }
    }
    return getListConversationsMethod;
  }

  private static volatile io.grpc.MethodDescriptor<io.botmesh.v1.GetHistoryRequest,
      io.botmesh.v1.GetHistoryResponse> getGetHistoryMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "GetHistory",
      requestType = io.botmesh.v1.GetHistoryRequest.class,
      responseType = io.botmesh.v1.GetHistoryResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.SERVER_STREAMING)
  public static io.grpc.MethodDescriptor<io.botmesh.v1.GetHistoryRequest,
      io.botmesh.v1.GetHistoryResponse> getGetHistoryMethod() {
    io.grpc.MethodDescriptor<io.botmesh.v1.GetHistoryRequest, io.botmesh.v1.GetHistoryResponse> getGetHistoryMethod;
    if ((getGetHistoryMethod = ConversationServiceGrpc.getGetHistoryMethod) == null) {
      synchronized (ConversationServiceGrpc.class) {
        if ((getGetHistoryMethod = ConversationServiceGrpc.getGetHistoryMethod) == null) {
          ConversationServiceGrpc.getGetHistoryMethod = getGetHistoryMethod =
              io.grpc.MethodDescriptor.<io.botmesh.v1.GetHistoryRequest, io.botmesh.v1.GetHistoryResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.SERVER_STREAMING)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "GetHistory"))
              .setSafe(true)
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.botmesh.v1.GetHistoryRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.botmesh.v1.GetHistoryResponse.getDefaultInstance()))
              .setSchemaDescriptor(new ConversationServiceMethodDescriptorSupplier("GetHistory"))
              .build();
        }
      }
    }
    return getGetHistoryMethod;
  }

  private static volatile io.grpc.MethodDescriptor<io.botmesh.v1.WatchConversationsRequest,
      io.botmesh.v1.WatchConversationsResponse> getWatchConversationsMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "WatchConversations",
      requestType = io.botmesh.v1.WatchConversationsRequest.class,
      responseType = io.botmesh.v1.WatchConversationsResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.SERVER_STREAMING)
  public static io.grpc.MethodDescriptor<io.botmesh.v1.WatchConversationsRequest,
      io.botmesh.v1.WatchConversationsResponse> getWatchConversationsMethod() {
    io.grpc.MethodDescriptor<io.botmesh.v1.WatchConversationsRequest, io.botmesh.v1.WatchConversationsResponse> getWatchConversationsMethod;
    if ((getWatchConversationsMethod = ConversationServiceGrpc.getWatchConversationsMethod) == null) {
      synchronized (ConversationServiceGrpc.class) {
        if ((getWatchConversationsMethod = ConversationServiceGrpc.getWatchConversationsMethod) == null) {
          ConversationServiceGrpc.getWatchConversationsMethod = getWatchConversationsMethod =
              io.grpc.MethodDescriptor.<io.botmesh.v1.WatchConversationsRequest, io.botmesh.v1.WatchConversationsResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.SERVER_STREAMING)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "WatchConversations"))
              .setSafe(true)
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.botmesh.v1.WatchConversationsRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.botmesh.v1.WatchConversationsResponse.getDefaultInstance()))
              .setSchemaDescriptor(new ConversationServiceMethodDescriptorSupplier("WatchConversations"))
              .build();
        }
      }
    }
    return getWatchConversationsMethod;
  }

  private static volatile io.grpc.MethodDescriptor<io.botmesh.v1.TransferConversationRequest,
      io.botmesh.v1.TransferConversationResponse> getTransferConversationMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "TransferConversation",
      requestType = io.botmesh.v1.TransferConversationRequest.class,
      responseType = io.botmesh.v1.TransferConversationResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<io.botmesh.v1.TransferConversationRequest,
      io.botmesh.v1.TransferConversationResponse> getTransferConversationMethod() {
    io.grpc.MethodDescriptor<io.botmesh.v1.TransferConversationRequest, io.botmesh.v1.TransferConversationResponse> getTransferConversationMethod;
    if ((getTransferConversationMethod = ConversationServiceGrpc.getTransferConversationMethod) == null) {
      synchronized (ConversationServiceGrpc.class) {
        if ((getTransferConversationMethod = ConversationServiceGrpc.getTransferConversationMethod) == null) {
          ConversationServiceGrpc.getTransferConversationMethod = getTransferConversationMethod =
              io.grpc.MethodDescriptor.<io.botmesh.v1.TransferConversationRequest, io.botmesh.v1.TransferConversationResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "TransferConversation"))
              .setIdempotent(true)
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.botmesh.v1.TransferConversationRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.botmesh.v1.TransferConversationResponse.getDefaultInstance()))
              .setSchemaDescriptor(new ConversationServiceMethodDescriptorSupplier("TransferConversation"))
              .build();
        }
      }
    }
    return getTransferConversationMethod;
  }

  private static volatile io.grpc.MethodDescriptor<io.botmesh.v1.SetStatusRequest,
      io.botmesh.v1.SetStatusResponse> getSetStatusMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "SetStatus",
      requestType = io.botmesh.v1.SetStatusRequest.class,
      responseType = io.botmesh.v1.SetStatusResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<io.botmesh.v1.SetStatusRequest,
      io.botmesh.v1.SetStatusResponse> getSetStatusMethod() {
    io.grpc.MethodDescriptor<io.botmesh.v1.SetStatusRequest, io.botmesh.v1.SetStatusResponse> getSetStatusMethod;
    if ((getSetStatusMethod = ConversationServiceGrpc.getSetStatusMethod) == null) {
      synchronized (ConversationServiceGrpc.class) {
        if ((getSetStatusMethod = ConversationServiceGrpc.getSetStatusMethod) == null) {
          ConversationServiceGrpc.getSetStatusMethod = getSetStatusMethod =
              io.grpc.MethodDescriptor.<io.botmesh.v1.SetStatusRequest, io.botmesh.v1.SetStatusResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "SetStatus"))
              .setIdempotent(true)
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.botmesh.v1.SetStatusRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.botmesh.v1.SetStatusResponse.getDefaultInstance()))
              .setSchemaDescriptor(new ConversationServiceMethodDescriptorSupplier("SetStatus"))
              .build();
        }
      }
    }
    return getSetStatusMethod;
  }

  private static volatile io.grpc.MethodDescriptor<io.botmesh.v1.SetModeRequest,
      io.botmesh.v1.SetModeResponse> getSetModeMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "SetMode",
      requestType = io.botmesh.v1.SetModeRequest.class,
      responseType = io.botmesh.v1.SetModeResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<io.botmesh.v1.SetModeRequest,
      io.botmesh.v1.SetModeResponse> getSetModeMethod() {
    io.grpc.MethodDescriptor<io.botmesh.v1.SetModeRequest, io.botmesh.v1.SetModeResponse> getSetModeMethod;
    if ((getSetModeMethod = ConversationServiceGrpc.getSetModeMethod) == null) {
      synchronized (ConversationServiceGrpc.class) {
        if ((getSetModeMethod = ConversationServiceGrpc.getSetModeMethod) == null) {
          ConversationServiceGrpc.getSetModeMethod = getSetModeMethod =
              io.grpc.MethodDescriptor.<io.botmesh.v1.SetModeRequest, io.botmesh.v1.SetModeResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "SetMode"))
              .setIdempotent(true)
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.botmesh.v1.SetModeRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.botmesh.v1.SetModeResponse.getDefaultInstance()))
              .setSchemaDescriptor(new ConversationServiceMethodDescriptorSupplier("SetMode"))
              .build();
        }
      }
    }
    return getSetModeMethod;
  }

  private static volatile io.grpc.MethodDescriptor<io.botmesh.v1.ApproveRequest,
      io.botmesh.v1.ApproveResponse> getApproveMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "Approve",
      requestType = io.botmesh.v1.ApproveRequest.class,
      responseType = io.botmesh.v1.ApproveResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<io.botmesh.v1.ApproveRequest,
      io.botmesh.v1.ApproveResponse> getApproveMethod() {
    io.grpc.MethodDescriptor<io.botmesh.v1.ApproveRequest, io.botmesh.v1.ApproveResponse> getApproveMethod;
    if ((getApproveMethod = ConversationServiceGrpc.getApproveMethod) == null) {
      synchronized (ConversationServiceGrpc.class) {
        if ((getApproveMethod = ConversationServiceGrpc.getApproveMethod) == null) {
          ConversationServiceGrpc.getApproveMethod = getApproveMethod =
              io.grpc.MethodDescriptor.<io.botmesh.v1.ApproveRequest, io.botmesh.v1.ApproveResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "Approve"))
              .setIdempotent(true)
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.botmesh.v1.ApproveRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.botmesh.v1.ApproveResponse.getDefaultInstance()))
              .setSchemaDescriptor(new ConversationServiceMethodDescriptorSupplier("Approve"))
              .build();
        }
      }
    }
    return getApproveMethod;
  }

  private static volatile io.grpc.MethodDescriptor<io.botmesh.v1.RejectRequest,
      io.botmesh.v1.RejectResponse> getRejectMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "Reject",
      requestType = io.botmesh.v1.RejectRequest.class,
      responseType = io.botmesh.v1.RejectResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<io.botmesh.v1.RejectRequest,
      io.botmesh.v1.RejectResponse> getRejectMethod() {
    io.grpc.MethodDescriptor<io.botmesh.v1.RejectRequest, io.botmesh.v1.RejectResponse> getRejectMethod;
    if ((getRejectMethod = ConversationServiceGrpc.getRejectMethod) == null) {
      synchronized (ConversationServiceGrpc.class) {
        if ((getRejectMethod = ConversationServiceGrpc.getRejectMethod) == null) {
          ConversationServiceGrpc.getRejectMethod = getRejectMethod =
              io.grpc.MethodDescriptor.<io.botmesh.v1.RejectRequest, io.botmesh.v1.RejectResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "Reject"))
              .setIdempotent(true)
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.botmesh.v1.RejectRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.botmesh.v1.RejectResponse.getDefaultInstance()))
              .setSchemaDescriptor(new ConversationServiceMethodDescriptorSupplier("Reject"))
              .build();
        }
      }
    }
    return getRejectMethod;
  }

  private static volatile io.grpc.MethodDescriptor<io.botmesh.v1.ClaimRequest,
      io.botmesh.v1.ClaimResponse> getClaimMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "Claim",
      requestType = io.botmesh.v1.ClaimRequest.class,
      responseType = io.botmesh.v1.ClaimResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<io.botmesh.v1.ClaimRequest,
      io.botmesh.v1.ClaimResponse> getClaimMethod() {
    io.grpc.MethodDescriptor<io.botmesh.v1.ClaimRequest, io.botmesh.v1.ClaimResponse> getClaimMethod;
    if ((getClaimMethod = ConversationServiceGrpc.getClaimMethod) == null) {
      synchronized (ConversationServiceGrpc.class) {
        if ((getClaimMethod = ConversationServiceGrpc.getClaimMethod) == null) {
          ConversationServiceGrpc.getClaimMethod = getClaimMethod =
              io.grpc.MethodDescriptor.<io.botmesh.v1.ClaimRequest, io.botmesh.v1.ClaimResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "Claim"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.botmesh.v1.ClaimRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.botmesh.v1.ClaimResponse.getDefaultInstance()))
              .setSchemaDescriptor(new ConversationServiceMethodDescriptorSupplier("Claim"))
              .build();
        }
      }
    }
    return getClaimMethod;
  }

  private static volatile io.grpc.MethodDescriptor<io.botmesh.v1.ReplyRequest,
      io.botmesh.v1.ReplyResponse> getReplyMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "Reply",
      requestType = io.botmesh.v1.ReplyRequest.class,
      responseType = io.botmesh.v1.ReplyResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<io.botmesh.v1.ReplyRequest,
      io.botmesh.v1.ReplyResponse> getReplyMethod() {
    io.grpc.MethodDescriptor<io.botmesh.v1.ReplyRequest, io.botmesh.v1.ReplyResponse> getReplyMethod;
    if ((getReplyMethod = ConversationServiceGrpc.getReplyMethod) == null) {
      synchronized (ConversationServiceGrpc.class) {
        if ((getReplyMethod = ConversationServiceGrpc.getReplyMethod) == null) {
          ConversationServiceGrpc.getReplyMethod = getReplyMethod =
              io.grpc.MethodDescriptor.<io.botmesh.v1.ReplyRequest, io.botmesh.v1.ReplyResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "Reply"))
              .setIdempotent(true)
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.botmesh.v1.ReplyRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.botmesh.v1.ReplyResponse.getDefaultInstance()))
              .setSchemaDescriptor(new ConversationServiceMethodDescriptorSupplier("Reply"))
              .build();
        }
      }
    }
    return getReplyMethod;
  }

  private static volatile io.grpc.MethodDescriptor<io.botmesh.v1.HandBackRequest,
      io.botmesh.v1.HandBackResponse> getHandBackMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "HandBack",
      requestType = io.botmesh.v1.HandBackRequest.class,
      responseType = io.botmesh.v1.HandBackResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<io.botmesh.v1.HandBackRequest,
      io.botmesh.v1.HandBackResponse> getHandBackMethod() {
    io.grpc.MethodDescriptor<io.botmesh.v1.HandBackRequest, io.botmesh.v1.HandBackResponse> getHandBackMethod;
    if ((getHandBackMethod = ConversationServiceGrpc.getHandBackMethod) == null) {
      synchronized (ConversationServiceGrpc.class) {
        if ((getHandBackMethod = ConversationServiceGrpc.getHandBackMethod) == null) {
          ConversationServiceGrpc.getHandBackMethod = getHandBackMethod =
              io.grpc.MethodDescriptor.<io.botmesh.v1.HandBackRequest, io.botmesh.v1.HandBackResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "HandBack"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.botmesh.v1.HandBackRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.botmesh.v1.HandBackResponse.getDefaultInstance()))
              .setSchemaDescriptor(new ConversationServiceMethodDescriptorSupplier("HandBack"))
              .build();
        }
      }
    }
    return getHandBackMethod;
  }

  private static volatile io.grpc.MethodDescriptor<io.botmesh.v1.SetTagsRequest,
      io.botmesh.v1.SetTagsResponse> getSetTagsMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "SetTags",
      requestType = io.botmesh.v1.SetTagsRequest.class,
      responseType = io.botmesh.v1.SetTagsResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<io.botmesh.v1.SetTagsRequest,
      io.botmesh.v1.SetTagsResponse> getSetTagsMethod() {
    io.grpc.MethodDescriptor<io.botmesh.v1.SetTagsRequest, io.botmesh.v1.SetTagsResponse> getSetTagsMethod;
    if ((getSetTagsMethod = ConversationServiceGrpc.getSetTagsMethod) == null) {
      synchronized (ConversationServiceGrpc.class) {
        if ((getSetTagsMethod = ConversationServiceGrpc.getSetTagsMethod) == null) {
          ConversationServiceGrpc.getSetTagsMethod = getSetTagsMethod =
              io.grpc.MethodDescriptor.<io.botmesh.v1.SetTagsRequest, io.botmesh.v1.SetTagsResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "SetTags"))
              .setIdempotent(true)
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.botmesh.v1.SetTagsRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.botmesh.v1.SetTagsResponse.getDefaultInstance()))
              .setSchemaDescriptor(new ConversationServiceMethodDescriptorSupplier("SetTags"))
              .build();
        }
      }
    }
    return getSetTagsMethod;
  }

  private static volatile io.grpc.MethodDescriptor<io.botmesh.v1.SetFieldsRequest,
      io.botmesh.v1.SetFieldsResponse> getSetFieldsMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "SetFields",
      requestType = io.botmesh.v1.SetFieldsRequest.class,
      responseType = io.botmesh.v1.SetFieldsResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<io.botmesh.v1.SetFieldsRequest,
      io.botmesh.v1.SetFieldsResponse> getSetFieldsMethod() {
    io.grpc.MethodDescriptor<io.botmesh.v1.SetFieldsRequest, io.botmesh.v1.SetFieldsResponse> getSetFieldsMethod;
    if ((getSetFieldsMethod = ConversationServiceGrpc.getSetFieldsMethod) == null) {
      synchronized (ConversationServiceGrpc.class) {
        if ((getSetFieldsMethod = ConversationServiceGrpc.getSetFieldsMethod) == null) {
          ConversationServiceGrpc.getSetFieldsMethod = getSetFieldsMethod =
              io.grpc.MethodDescriptor.<io.botmesh.v1.SetFieldsRequest, io.botmesh.v1.SetFieldsResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "SetFields"))
              .setIdempotent(true)
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.botmesh.v1.SetFieldsRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.botmesh.v1.SetFieldsResponse.getDefaultInstance()))
              .setSchemaDescriptor(new ConversationServiceMethodDescriptorSupplier("SetFields"))
              .build();
        }
      }
    }
    return getSetFieldsMethod;
  }

  private static volatile io.grpc.MethodDescriptor<io.botmesh.v1.SubmitFormRequest,
      io.botmesh.v1.SubmitFormResponse> getSubmitFormMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "SubmitForm",
      requestType = io.botmesh.v1.SubmitFormRequest.class,
      responseType = io.botmesh.v1.SubmitFormResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<io.botmesh.v1.SubmitFormRequest,
      io.botmesh.v1.SubmitFormResponse> getSubmitFormMethod() {
    io.grpc.MethodDescriptor<io.botmesh.v1.SubmitFormRequest, io.botmesh.v1.SubmitFormResponse> getSubmitFormMethod;
    if ((getSubmitFormMethod = ConversationServiceGrpc.getSubmitFormMethod) == null) {
      synchronized (ConversationServiceGrpc.class) {
        if ((getSubmitFormMethod = ConversationServiceGrpc.getSubmitFormMethod) == null) {
          ConversationServiceGrpc.getSubmitFormMethod = getSubmitFormMethod =
              io.grpc.MethodDescriptor.<io.botmesh.v1.SubmitFormRequest, io.botmesh.v1.SubmitFormResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "SubmitForm"))
              .setIdempotent(true)
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.botmesh.v1.SubmitFormRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.botmesh.v1.SubmitFormResponse.getDefaultInstance()))
              .setSchemaDescriptor(new ConversationServiceMethodDescriptorSupplier("SubmitForm"))
              .build();
        }
      }
    }
    return getSubmitFormMethod;
  }

  private static volatile io.grpc.MethodDescriptor<io.botmesh.v1.FireActionRequest,
      io.botmesh.v1.FireActionResponse> getFireActionMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "FireAction",
      requestType = io.botmesh.v1.FireActionRequest.class,
      responseType = io.botmesh.v1.FireActionResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<io.botmesh.v1.FireActionRequest,
      io.botmesh.v1.FireActionResponse> getFireActionMethod() {
    io.grpc.MethodDescriptor<io.botmesh.v1.FireActionRequest, io.botmesh.v1.FireActionResponse> getFireActionMethod;
    if ((getFireActionMethod = ConversationServiceGrpc.getFireActionMethod) == null) {
      synchronized (ConversationServiceGrpc.class) {
        if ((getFireActionMethod = ConversationServiceGrpc.getFireActionMethod) == null) {
          ConversationServiceGrpc.getFireActionMethod = getFireActionMethod =
              io.grpc.MethodDescriptor.<io.botmesh.v1.FireActionRequest, io.botmesh.v1.FireActionResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "FireAction"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.botmesh.v1.FireActionRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.botmesh.v1.FireActionResponse.getDefaultInstance()))
              .setSchemaDescriptor(new ConversationServiceMethodDescriptorSupplier("FireAction"))
              .build();
        }
      }
    }
    return getFireActionMethod;
  }

  private static volatile io.grpc.MethodDescriptor<io.botmesh.v1.AddMemberRequest,
      io.botmesh.v1.AddMemberResponse> getAddMemberMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "AddMember",
      requestType = io.botmesh.v1.AddMemberRequest.class,
      responseType = io.botmesh.v1.AddMemberResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<io.botmesh.v1.AddMemberRequest,
      io.botmesh.v1.AddMemberResponse> getAddMemberMethod() {
    io.grpc.MethodDescriptor<io.botmesh.v1.AddMemberRequest, io.botmesh.v1.AddMemberResponse> getAddMemberMethod;
    if ((getAddMemberMethod = ConversationServiceGrpc.getAddMemberMethod) == null) {
      synchronized (ConversationServiceGrpc.class) {
        if ((getAddMemberMethod = ConversationServiceGrpc.getAddMemberMethod) == null) {
          ConversationServiceGrpc.getAddMemberMethod = getAddMemberMethod =
              io.grpc.MethodDescriptor.<io.botmesh.v1.AddMemberRequest, io.botmesh.v1.AddMemberResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "AddMember"))
              .setIdempotent(true)
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.botmesh.v1.AddMemberRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.botmesh.v1.AddMemberResponse.getDefaultInstance()))
              .setSchemaDescriptor(new ConversationServiceMethodDescriptorSupplier("AddMember"))
              .build();
        }
      }
    }
    return getAddMemberMethod;
  }

  private static volatile io.grpc.MethodDescriptor<io.botmesh.v1.RemoveMemberRequest,
      io.botmesh.v1.RemoveMemberResponse> getRemoveMemberMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "RemoveMember",
      requestType = io.botmesh.v1.RemoveMemberRequest.class,
      responseType = io.botmesh.v1.RemoveMemberResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<io.botmesh.v1.RemoveMemberRequest,
      io.botmesh.v1.RemoveMemberResponse> getRemoveMemberMethod() {
    io.grpc.MethodDescriptor<io.botmesh.v1.RemoveMemberRequest, io.botmesh.v1.RemoveMemberResponse> getRemoveMemberMethod;
    if ((getRemoveMemberMethod = ConversationServiceGrpc.getRemoveMemberMethod) == null) {
      synchronized (ConversationServiceGrpc.class) {
        if ((getRemoveMemberMethod = ConversationServiceGrpc.getRemoveMemberMethod) == null) {
          ConversationServiceGrpc.getRemoveMemberMethod = getRemoveMemberMethod =
              io.grpc.MethodDescriptor.<io.botmesh.v1.RemoveMemberRequest, io.botmesh.v1.RemoveMemberResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "RemoveMember"))
              .setIdempotent(true)
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.botmesh.v1.RemoveMemberRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.botmesh.v1.RemoveMemberResponse.getDefaultInstance()))
              .setSchemaDescriptor(new ConversationServiceMethodDescriptorSupplier("RemoveMember"))
              .build();
        }
      }
    }
    return getRemoveMemberMethod;
  }

  private static volatile io.grpc.MethodDescriptor<io.botmesh.v1.SayRequest,
      io.botmesh.v1.SayResponse> getSayMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "Say",
      requestType = io.botmesh.v1.SayRequest.class,
      responseType = io.botmesh.v1.SayResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<io.botmesh.v1.SayRequest,
      io.botmesh.v1.SayResponse> getSayMethod() {
    io.grpc.MethodDescriptor<io.botmesh.v1.SayRequest, io.botmesh.v1.SayResponse> getSayMethod;
    if ((getSayMethod = ConversationServiceGrpc.getSayMethod) == null) {
      synchronized (ConversationServiceGrpc.class) {
        if ((getSayMethod = ConversationServiceGrpc.getSayMethod) == null) {
          ConversationServiceGrpc.getSayMethod = getSayMethod =
              io.grpc.MethodDescriptor.<io.botmesh.v1.SayRequest, io.botmesh.v1.SayResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "Say"))
              .setIdempotent(true)
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.botmesh.v1.SayRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.botmesh.v1.SayResponse.getDefaultInstance()))
              .setSchemaDescriptor(new ConversationServiceMethodDescriptorSupplier("Say"))
              .build();
        }
      }
    }
    return getSayMethod;
  }

  private static volatile io.grpc.MethodDescriptor<io.botmesh.v1.RecordOutcomeRequest,
      io.botmesh.v1.RecordOutcomeResponse> getRecordOutcomeMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "RecordOutcome",
      requestType = io.botmesh.v1.RecordOutcomeRequest.class,
      responseType = io.botmesh.v1.RecordOutcomeResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<io.botmesh.v1.RecordOutcomeRequest,
      io.botmesh.v1.RecordOutcomeResponse> getRecordOutcomeMethod() {
    io.grpc.MethodDescriptor<io.botmesh.v1.RecordOutcomeRequest, io.botmesh.v1.RecordOutcomeResponse> getRecordOutcomeMethod;
    if ((getRecordOutcomeMethod = ConversationServiceGrpc.getRecordOutcomeMethod) == null) {
      synchronized (ConversationServiceGrpc.class) {
        if ((getRecordOutcomeMethod = ConversationServiceGrpc.getRecordOutcomeMethod) == null) {
          ConversationServiceGrpc.getRecordOutcomeMethod = getRecordOutcomeMethod =
              io.grpc.MethodDescriptor.<io.botmesh.v1.RecordOutcomeRequest, io.botmesh.v1.RecordOutcomeResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "RecordOutcome"))
              .setIdempotent(true)
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.botmesh.v1.RecordOutcomeRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.botmesh.v1.RecordOutcomeResponse.getDefaultInstance()))
              .setSchemaDescriptor(new ConversationServiceMethodDescriptorSupplier("RecordOutcome"))
              .build();
        }
      }
    }
    return getRecordOutcomeMethod;
  }

  private static volatile io.grpc.MethodDescriptor<io.botmesh.v1.GetContextRequest,
      io.botmesh.v1.GetContextResponse> getGetContextMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "GetContext",
      requestType = io.botmesh.v1.GetContextRequest.class,
      responseType = io.botmesh.v1.GetContextResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<io.botmesh.v1.GetContextRequest,
      io.botmesh.v1.GetContextResponse> getGetContextMethod() {
    io.grpc.MethodDescriptor<io.botmesh.v1.GetContextRequest, io.botmesh.v1.GetContextResponse> getGetContextMethod;
    if ((getGetContextMethod = ConversationServiceGrpc.getGetContextMethod) == null) {
      synchronized (ConversationServiceGrpc.class) {
        if ((getGetContextMethod = ConversationServiceGrpc.getGetContextMethod) == null) {
          ConversationServiceGrpc.getGetContextMethod = getGetContextMethod =
              io.grpc.MethodDescriptor.<io.botmesh.v1.GetContextRequest, io.botmesh.v1.GetContextResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "GetContext"))
              .setSafe(true)
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.botmesh.v1.GetContextRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.botmesh.v1.GetContextResponse.getDefaultInstance()))
              .setSchemaDescriptor(new ConversationServiceMethodDescriptorSupplier("GetContext"))
              .build();
        }
      }
    }
    return getGetContextMethod;
  }

  private static volatile io.grpc.MethodDescriptor<io.botmesh.v1.SetContextRequest,
      io.botmesh.v1.SetContextResponse> getSetContextMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "SetContext",
      requestType = io.botmesh.v1.SetContextRequest.class,
      responseType = io.botmesh.v1.SetContextResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<io.botmesh.v1.SetContextRequest,
      io.botmesh.v1.SetContextResponse> getSetContextMethod() {
    io.grpc.MethodDescriptor<io.botmesh.v1.SetContextRequest, io.botmesh.v1.SetContextResponse> getSetContextMethod;
    if ((getSetContextMethod = ConversationServiceGrpc.getSetContextMethod) == null) {
      synchronized (ConversationServiceGrpc.class) {
        if ((getSetContextMethod = ConversationServiceGrpc.getSetContextMethod) == null) {
          ConversationServiceGrpc.getSetContextMethod = getSetContextMethod =
              io.grpc.MethodDescriptor.<io.botmesh.v1.SetContextRequest, io.botmesh.v1.SetContextResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "SetContext"))
              .setIdempotent(true)
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.botmesh.v1.SetContextRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.botmesh.v1.SetContextResponse.getDefaultInstance()))
              .setSchemaDescriptor(new ConversationServiceMethodDescriptorSupplier("SetContext"))
              .build();
        }
      }
    }
    return getSetContextMethod;
  }

  private static volatile io.grpc.MethodDescriptor<io.botmesh.v1.DeleteContextRequest,
      io.botmesh.v1.DeleteContextResponse> getDeleteContextMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "DeleteContext",
      requestType = io.botmesh.v1.DeleteContextRequest.class,
      responseType = io.botmesh.v1.DeleteContextResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<io.botmesh.v1.DeleteContextRequest,
      io.botmesh.v1.DeleteContextResponse> getDeleteContextMethod() {
    io.grpc.MethodDescriptor<io.botmesh.v1.DeleteContextRequest, io.botmesh.v1.DeleteContextResponse> getDeleteContextMethod;
    if ((getDeleteContextMethod = ConversationServiceGrpc.getDeleteContextMethod) == null) {
      synchronized (ConversationServiceGrpc.class) {
        if ((getDeleteContextMethod = ConversationServiceGrpc.getDeleteContextMethod) == null) {
          ConversationServiceGrpc.getDeleteContextMethod = getDeleteContextMethod =
              io.grpc.MethodDescriptor.<io.botmesh.v1.DeleteContextRequest, io.botmesh.v1.DeleteContextResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "DeleteContext"))
              .setIdempotent(true)
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.botmesh.v1.DeleteContextRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.botmesh.v1.DeleteContextResponse.getDefaultInstance()))
              .setSchemaDescriptor(new ConversationServiceMethodDescriptorSupplier("DeleteContext"))
              .build();
        }
      }
    }
    return getDeleteContextMethod;
  }

  private static volatile io.grpc.MethodDescriptor<io.botmesh.v1.SetPrimaryRequest,
      io.botmesh.v1.SetPrimaryResponse> getSetPrimaryMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "SetPrimary",
      requestType = io.botmesh.v1.SetPrimaryRequest.class,
      responseType = io.botmesh.v1.SetPrimaryResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<io.botmesh.v1.SetPrimaryRequest,
      io.botmesh.v1.SetPrimaryResponse> getSetPrimaryMethod() {
    io.grpc.MethodDescriptor<io.botmesh.v1.SetPrimaryRequest, io.botmesh.v1.SetPrimaryResponse> getSetPrimaryMethod;
    if ((getSetPrimaryMethod = ConversationServiceGrpc.getSetPrimaryMethod) == null) {
      synchronized (ConversationServiceGrpc.class) {
        if ((getSetPrimaryMethod = ConversationServiceGrpc.getSetPrimaryMethod) == null) {
          ConversationServiceGrpc.getSetPrimaryMethod = getSetPrimaryMethod =
              io.grpc.MethodDescriptor.<io.botmesh.v1.SetPrimaryRequest, io.botmesh.v1.SetPrimaryResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "SetPrimary"))
              .setIdempotent(true)
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.botmesh.v1.SetPrimaryRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.botmesh.v1.SetPrimaryResponse.getDefaultInstance()))
              .setSchemaDescriptor(new ConversationServiceMethodDescriptorSupplier("SetPrimary"))
              .build();
        }
      }
    }
    return getSetPrimaryMethod;
  }

  private static volatile io.grpc.MethodDescriptor<io.botmesh.v1.SetDutyRequest,
      io.botmesh.v1.SetDutyResponse> getSetDutyMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "SetDuty",
      requestType = io.botmesh.v1.SetDutyRequest.class,
      responseType = io.botmesh.v1.SetDutyResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<io.botmesh.v1.SetDutyRequest,
      io.botmesh.v1.SetDutyResponse> getSetDutyMethod() {
    io.grpc.MethodDescriptor<io.botmesh.v1.SetDutyRequest, io.botmesh.v1.SetDutyResponse> getSetDutyMethod;
    if ((getSetDutyMethod = ConversationServiceGrpc.getSetDutyMethod) == null) {
      synchronized (ConversationServiceGrpc.class) {
        if ((getSetDutyMethod = ConversationServiceGrpc.getSetDutyMethod) == null) {
          ConversationServiceGrpc.getSetDutyMethod = getSetDutyMethod =
              io.grpc.MethodDescriptor.<io.botmesh.v1.SetDutyRequest, io.botmesh.v1.SetDutyResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "SetDuty"))
              .setIdempotent(true)
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.botmesh.v1.SetDutyRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.botmesh.v1.SetDutyResponse.getDefaultInstance()))
              .setSchemaDescriptor(new ConversationServiceMethodDescriptorSupplier("SetDuty"))
              .build();
        }
      }
    }
    return getSetDutyMethod;
  }

  private static volatile io.grpc.MethodDescriptor<io.botmesh.v1.GetAccountRequest,
      io.botmesh.v1.GetAccountResponse> getGetAccountMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "GetAccount",
      requestType = io.botmesh.v1.GetAccountRequest.class,
      responseType = io.botmesh.v1.GetAccountResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<io.botmesh.v1.GetAccountRequest,
      io.botmesh.v1.GetAccountResponse> getGetAccountMethod() {
    io.grpc.MethodDescriptor<io.botmesh.v1.GetAccountRequest, io.botmesh.v1.GetAccountResponse> getGetAccountMethod;
    if ((getGetAccountMethod = ConversationServiceGrpc.getGetAccountMethod) == null) {
      synchronized (ConversationServiceGrpc.class) {
        if ((getGetAccountMethod = ConversationServiceGrpc.getGetAccountMethod) == null) {
          ConversationServiceGrpc.getGetAccountMethod = getGetAccountMethod =
              io.grpc.MethodDescriptor.<io.botmesh.v1.GetAccountRequest, io.botmesh.v1.GetAccountResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "GetAccount"))
              .setSafe(true)
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.botmesh.v1.GetAccountRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.botmesh.v1.GetAccountResponse.getDefaultInstance()))
              .setSchemaDescriptor(new ConversationServiceMethodDescriptorSupplier("GetAccount"))
              .build();
        }
      }
    }
    return getGetAccountMethod;
  }

  private static volatile io.grpc.MethodDescriptor<io.botmesh.v1.GetStatisticsRequest,
      io.botmesh.v1.GetStatisticsResponse> getGetStatisticsMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "GetStatistics",
      requestType = io.botmesh.v1.GetStatisticsRequest.class,
      responseType = io.botmesh.v1.GetStatisticsResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<io.botmesh.v1.GetStatisticsRequest,
      io.botmesh.v1.GetStatisticsResponse> getGetStatisticsMethod() {
    io.grpc.MethodDescriptor<io.botmesh.v1.GetStatisticsRequest, io.botmesh.v1.GetStatisticsResponse> getGetStatisticsMethod;
    if ((getGetStatisticsMethod = ConversationServiceGrpc.getGetStatisticsMethod) == null) {
      synchronized (ConversationServiceGrpc.class) {
        if ((getGetStatisticsMethod = ConversationServiceGrpc.getGetStatisticsMethod) == null) {
          ConversationServiceGrpc.getGetStatisticsMethod = getGetStatisticsMethod =
              io.grpc.MethodDescriptor.<io.botmesh.v1.GetStatisticsRequest, io.botmesh.v1.GetStatisticsResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "GetStatistics"))
              .setSafe(true)
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.botmesh.v1.GetStatisticsRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.botmesh.v1.GetStatisticsResponse.getDefaultInstance()))
              .setSchemaDescriptor(new ConversationServiceMethodDescriptorSupplier("GetStatistics"))
              .build();
        }
      }
    }
    return getGetStatisticsMethod;
  }

  /**
   * Creates a new async stub that supports all call types for the service
   */
  public static ConversationServiceStub newStub(io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<ConversationServiceStub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<ConversationServiceStub>() {
        @java.lang.Override
        public ConversationServiceStub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new ConversationServiceStub(channel, callOptions);
        }
      };
    return ConversationServiceStub.newStub(factory, channel);
  }

  /**
   * Creates a new blocking-style stub that supports all types of calls on the service
   */
  public static ConversationServiceBlockingV2Stub newBlockingV2Stub(
      io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<ConversationServiceBlockingV2Stub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<ConversationServiceBlockingV2Stub>() {
        @java.lang.Override
        public ConversationServiceBlockingV2Stub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new ConversationServiceBlockingV2Stub(channel, callOptions);
        }
      };
    return ConversationServiceBlockingV2Stub.newStub(factory, channel);
  }

  /**
   * Creates a new blocking-style stub that supports unary and streaming output calls on the service
   */
  public static ConversationServiceBlockingStub newBlockingStub(
      io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<ConversationServiceBlockingStub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<ConversationServiceBlockingStub>() {
        @java.lang.Override
        public ConversationServiceBlockingStub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new ConversationServiceBlockingStub(channel, callOptions);
        }
      };
    return ConversationServiceBlockingStub.newStub(factory, channel);
  }

  /**
   * Creates a new ListenableFuture-style stub that supports unary calls on the service
   */
  public static ConversationServiceFutureStub newFutureStub(
      io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<ConversationServiceFutureStub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<ConversationServiceFutureStub>() {
        @java.lang.Override
        public ConversationServiceFutureStub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new ConversationServiceFutureStub(channel, callOptions);
        }
      };
    return ConversationServiceFutureStub.newStub(factory, channel);
  }

  /**
   * <pre>
   * Takes in what contacts say and keeps history, context and the one owner of each
   * conversation. Nothing that was acknowledged is lost, whatever dies.
   * A call that names an epoch is refused with ABORTED, EPOCH_CHANGED and the present
   * owner when the owner has changed.
   * </pre>
   */
  public interface AsyncService {

    /**
     * <pre>
     * Takes in what a contact says. The first response acknowledges it: it is durable
     * then. What comes back follows; the stream ends when the turn has finished, or at
     * once where nobody will answer now. May be repeated under the same message id: it
     * is the same message.
     * </pre>
     */
    default void post(io.botmesh.v1.PostRequest request,
        io.grpc.stub.StreamObserver<io.botmesh.v1.PostResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getPostMethod(), responseObserver);
    }

    /**
     * <pre>
     * One conversation. NOT_FOUND if there is none of that id.
     * </pre>
     */
    default void getConversation(io.botmesh.v1.GetConversationRequest request,
        io.grpc.stub.StreamObserver<io.botmesh.v1.GetConversationResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getGetConversationMethod(), responseObserver);
    }

    /**
     * <pre>
     * Conversations, newest first, in pages.
     * </pre>
     */
    default void listConversations(io.botmesh.v1.ListConversationsRequest request,
        io.grpc.stub.StreamObserver<io.botmesh.v1.ListConversationsResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getListConversationsMethod(), responseObserver);
    }

    /**
     * <pre>
     * What was said in a conversation, in pieces.
     * </pre>
     */
    default void getHistory(io.botmesh.v1.GetHistoryRequest request,
        io.grpc.stub.StreamObserver<io.botmesh.v1.GetHistoryResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getGetHistoryMethod(), responseObserver);
    }

    /**
     * <pre>
     * The events of one conversation or of all, from a position on, and then as they
     * happen.
     * </pre>
     */
    default void watchConversations(io.botmesh.v1.WatchConversationsRequest request,
        io.grpc.stub.StreamObserver<io.botmesh.v1.WatchConversationsResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getWatchConversationsMethod(), responseObserver);
    }

    /**
     * <pre>
     * Hands a conversation over. Returns when the new owner is committed, or says why
     * it stayed. May be repeated under the same transfer id.
     * </pre>
     */
    default void transferConversation(io.botmesh.v1.TransferConversationRequest request,
        io.grpc.stub.StreamObserver<io.botmesh.v1.TransferConversationResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getTransferConversationMethod(), responseObserver);
    }

    /**
     * <pre>
     * Pauses, stops or activates one conversation, or all of a contact.
     * </pre>
     */
    default void setStatus(io.botmesh.v1.SetStatusRequest request,
        io.grpc.stub.StreamObserver<io.botmesh.v1.SetStatusResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getSetStatusMethod(), responseObserver);
    }

    /**
     * <pre>
     * Makes the owner's replies go out by themselves, or wait for a person's approval.
     * </pre>
     */
    default void setMode(io.botmesh.v1.SetModeRequest request,
        io.grpc.stub.StreamObserver<io.botmesh.v1.SetModeResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getSetModeMethod(), responseObserver);
    }

    /**
     * <pre>
     * Lets a suggested reply go out, as it is or edited. One wins; approving again what
     * was approved is no error.
     * </pre>
     */
    default void approve(io.botmesh.v1.ApproveRequest request,
        io.grpc.stub.StreamObserver<io.botmesh.v1.ApproveResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getApproveMethod(), responseObserver);
    }

    /**
     * <pre>
     * Drops a suggested reply; the contact's message stays unanswered until the next turn.
     * </pre>
     */
    default void reject(io.botmesh.v1.RejectRequest request,
        io.grpc.stub.StreamObserver<io.botmesh.v1.RejectResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getRejectMethod(), responseObserver);
    }

    /**
     * <pre>
     * Claims a conversation that waits for a person: one wins, the others get
     * FAILED_PRECONDITION.
     * </pre>
     */
    default void claim(io.botmesh.v1.ClaimRequest request,
        io.grpc.stub.StreamObserver<io.botmesh.v1.ClaimResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getClaimMethod(), responseObserver);
    }

    /**
     * <pre>
     * Says what a person answers. May be repeated under the same message id.
     * </pre>
     */
    default void reply(io.botmesh.v1.ReplyRequest request,
        io.grpc.stub.StreamObserver<io.botmesh.v1.ReplyResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getReplyMethod(), responseObserver);
    }

    /**
     * <pre>
     * Gives a conversation from the desk back to the agent that it came from, or to
     * another one.
     * </pre>
     */
    default void handBack(io.botmesh.v1.HandBackRequest request,
        io.grpc.stub.StreamObserver<io.botmesh.v1.HandBackResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getHandBackMethod(), responseObserver);
    }

    /**
     * <pre>
     * Adds and removes tags.
     * </pre>
     */
    default void setTags(io.botmesh.v1.SetTagsRequest request,
        io.grpc.stub.StreamObserver<io.botmesh.v1.SetTagsResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getSetTagsMethod(), responseObserver);
    }

    /**
     * <pre>
     * Updates facts about the contact. Triggers may fire.
     * </pre>
     */
    default void setFields(io.botmesh.v1.SetFieldsRequest request,
        io.grpc.stub.StreamObserver<io.botmesh.v1.SetFieldsResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getSetFieldsMethod(), responseObserver);
    }

    /**
     * <pre>
     * Takes in a form that the contact has submitted. Triggers may fire. May be repeated
     * under the same submission id.
     * </pre>
     */
    default void submitForm(io.botmesh.v1.SubmitFormRequest request,
        io.grpc.stub.StreamObserver<io.botmesh.v1.SubmitFormResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getSubmitFormMethod(), responseObserver);
    }

    /**
     * <pre>
     * Fires an action, which triggers wait for.
     * </pre>
     */
    default void fireAction(io.botmesh.v1.FireActionRequest request,
        io.grpc.stub.StreamObserver<io.botmesh.v1.FireActionResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getFireActionMethod(), responseObserver);
    }

    /**
     * <pre>
     * Adds an agent that is asked beside the owner, or replaces what it is asked for.
     * NOT_FOUND, UNKNOWN_AGENT; INVALID_ARGUMENT names the field.
     * </pre>
     */
    default void addMember(io.botmesh.v1.AddMemberRequest request,
        io.grpc.stub.StreamObserver<io.botmesh.v1.AddMemberResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getAddMemberMethod(), responseObserver);
    }

    /**
     * <pre>
     * Removes one. May be repeated; one that is no member is no error.
     * </pre>
     */
    default void removeMember(io.botmesh.v1.RemoveMemberRequest request,
        io.grpc.stub.StreamObserver<io.botmesh.v1.RemoveMemberResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getRemoveMemberMethod(), responseObserver);
    }

    /**
     * <pre>
     * Lets the owner, or a member, say something outside a turn. May be repeated under
     * the same message id. FAILED_PRECONDITION, NOT_A_MEMBER or CONVERSATION_STOPPED.
     * </pre>
     */
    default void say(io.botmesh.v1.SayRequest request,
        io.grpc.stub.StreamObserver<io.botmesh.v1.SayResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getSayMethod(), responseObserver);
    }

    /**
     * <pre>
     * Says what came of a conversation. What is said later replaces what was said before.
     * </pre>
     */
    default void recordOutcome(io.botmesh.v1.RecordOutcomeRequest request,
        io.grpc.stub.StreamObserver<io.botmesh.v1.RecordOutcomeResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getRecordOutcomeMethod(), responseObserver);
    }

    /**
     * <pre>
     * Variables of a conversation, a contact or an account that have not expired.
     * </pre>
     */
    default void getContext(io.botmesh.v1.GetContextRequest request,
        io.grpc.stub.StreamObserver<io.botmesh.v1.GetContextResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getGetContextMethod(), responseObserver);
    }

    /**
     * <pre>
     * Sets variables, for good or for a time. RESOURCE_EXHAUSTED if they would be more
     * than 64 KiB; nothing is set then.
     * </pre>
     */
    default void setContext(io.botmesh.v1.SetContextRequest request,
        io.grpc.stub.StreamObserver<io.botmesh.v1.SetContextResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getSetContextMethod(), responseObserver);
    }

    /**
     * <pre>
     * Deletes variables. Deleting what is not there is no error.
     * </pre>
     */
    default void deleteContext(io.botmesh.v1.DeleteContextRequest request,
        io.grpc.stub.StreamObserver<io.botmesh.v1.DeleteContextResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getDeleteContextMethod(), responseObserver);
    }

    /**
     * <pre>
     * Makes an agent the account's primary: it answers what nothing else was assigned to.
     * There is one at most; naming another moves the flag, and a conversation sees one or
     * the other.
     * </pre>
     */
    default void setPrimary(io.botmesh.v1.SetPrimaryRequest request,
        io.grpc.stub.StreamObserver<io.botmesh.v1.SetPrimaryResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getSetPrimaryMethod(), responseObserver);
    }

    /**
     * <pre>
     * Says that a person came on duty at the desk, or left.
     * </pre>
     */
    default void setDuty(io.botmesh.v1.SetDutyRequest request,
        io.grpc.stub.StreamObserver<io.botmesh.v1.SetDutyResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getSetDutyMethod(), responseObserver);
    }

    /**
     * <pre>
     * An account: its primary agent, its people, its triggers.
     * </pre>
     */
    default void getAccount(io.botmesh.v1.GetAccountRequest request,
        io.grpc.stub.StreamObserver<io.botmesh.v1.GetAccountResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getGetAccountMethod(), responseObserver);
    }

    /**
     * <pre>
     * Counts per agent, told from the events.
     * </pre>
     */
    default void getStatistics(io.botmesh.v1.GetStatisticsRequest request,
        io.grpc.stub.StreamObserver<io.botmesh.v1.GetStatisticsResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getGetStatisticsMethod(), responseObserver);
    }
  }

  /**
   * Base class for the server implementation of the service ConversationService.
   * <pre>
   * Takes in what contacts say and keeps history, context and the one owner of each
   * conversation. Nothing that was acknowledged is lost, whatever dies.
   * A call that names an epoch is refused with ABORTED, EPOCH_CHANGED and the present
   * owner when the owner has changed.
   * </pre>
   */
  public static abstract class ConversationServiceImplBase
      implements io.grpc.BindableService, AsyncService {

    @java.lang.Override public final io.grpc.ServerServiceDefinition bindService() {
      return ConversationServiceGrpc.bindService(this);
    }
  }

  /**
   * A stub to allow clients to do asynchronous rpc calls to service ConversationService.
   * <pre>
   * Takes in what contacts say and keeps history, context and the one owner of each
   * conversation. Nothing that was acknowledged is lost, whatever dies.
   * A call that names an epoch is refused with ABORTED, EPOCH_CHANGED and the present
   * owner when the owner has changed.
   * </pre>
   */
  public static final class ConversationServiceStub
      extends io.grpc.stub.AbstractAsyncStub<ConversationServiceStub> {
    private ConversationServiceStub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected ConversationServiceStub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new ConversationServiceStub(channel, callOptions);
    }

    /**
     * <pre>
     * Takes in what a contact says. The first response acknowledges it: it is durable
     * then. What comes back follows; the stream ends when the turn has finished, or at
     * once where nobody will answer now. May be repeated under the same message id: it
     * is the same message.
     * </pre>
     */
    public void post(io.botmesh.v1.PostRequest request,
        io.grpc.stub.StreamObserver<io.botmesh.v1.PostResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncServerStreamingCall(
          getChannel().newCall(getPostMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * One conversation. NOT_FOUND if there is none of that id.
     * </pre>
     */
    public void getConversation(io.botmesh.v1.GetConversationRequest request,
        io.grpc.stub.StreamObserver<io.botmesh.v1.GetConversationResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getGetConversationMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Conversations, newest first, in pages.
     * </pre>
     */
    public void listConversations(io.botmesh.v1.ListConversationsRequest request,
        io.grpc.stub.StreamObserver<io.botmesh.v1.ListConversationsResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getListConversationsMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * What was said in a conversation, in pieces.
     * </pre>
     */
    public void getHistory(io.botmesh.v1.GetHistoryRequest request,
        io.grpc.stub.StreamObserver<io.botmesh.v1.GetHistoryResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncServerStreamingCall(
          getChannel().newCall(getGetHistoryMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * The events of one conversation or of all, from a position on, and then as they
     * happen.
     * </pre>
     */
    public void watchConversations(io.botmesh.v1.WatchConversationsRequest request,
        io.grpc.stub.StreamObserver<io.botmesh.v1.WatchConversationsResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncServerStreamingCall(
          getChannel().newCall(getWatchConversationsMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Hands a conversation over. Returns when the new owner is committed, or says why
     * it stayed. May be repeated under the same transfer id.
     * </pre>
     */
    public void transferConversation(io.botmesh.v1.TransferConversationRequest request,
        io.grpc.stub.StreamObserver<io.botmesh.v1.TransferConversationResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getTransferConversationMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Pauses, stops or activates one conversation, or all of a contact.
     * </pre>
     */
    public void setStatus(io.botmesh.v1.SetStatusRequest request,
        io.grpc.stub.StreamObserver<io.botmesh.v1.SetStatusResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getSetStatusMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Makes the owner's replies go out by themselves, or wait for a person's approval.
     * </pre>
     */
    public void setMode(io.botmesh.v1.SetModeRequest request,
        io.grpc.stub.StreamObserver<io.botmesh.v1.SetModeResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getSetModeMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Lets a suggested reply go out, as it is or edited. One wins; approving again what
     * was approved is no error.
     * </pre>
     */
    public void approve(io.botmesh.v1.ApproveRequest request,
        io.grpc.stub.StreamObserver<io.botmesh.v1.ApproveResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getApproveMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Drops a suggested reply; the contact's message stays unanswered until the next turn.
     * </pre>
     */
    public void reject(io.botmesh.v1.RejectRequest request,
        io.grpc.stub.StreamObserver<io.botmesh.v1.RejectResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getRejectMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Claims a conversation that waits for a person: one wins, the others get
     * FAILED_PRECONDITION.
     * </pre>
     */
    public void claim(io.botmesh.v1.ClaimRequest request,
        io.grpc.stub.StreamObserver<io.botmesh.v1.ClaimResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getClaimMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Says what a person answers. May be repeated under the same message id.
     * </pre>
     */
    public void reply(io.botmesh.v1.ReplyRequest request,
        io.grpc.stub.StreamObserver<io.botmesh.v1.ReplyResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getReplyMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Gives a conversation from the desk back to the agent that it came from, or to
     * another one.
     * </pre>
     */
    public void handBack(io.botmesh.v1.HandBackRequest request,
        io.grpc.stub.StreamObserver<io.botmesh.v1.HandBackResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getHandBackMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Adds and removes tags.
     * </pre>
     */
    public void setTags(io.botmesh.v1.SetTagsRequest request,
        io.grpc.stub.StreamObserver<io.botmesh.v1.SetTagsResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getSetTagsMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Updates facts about the contact. Triggers may fire.
     * </pre>
     */
    public void setFields(io.botmesh.v1.SetFieldsRequest request,
        io.grpc.stub.StreamObserver<io.botmesh.v1.SetFieldsResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getSetFieldsMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Takes in a form that the contact has submitted. Triggers may fire. May be repeated
     * under the same submission id.
     * </pre>
     */
    public void submitForm(io.botmesh.v1.SubmitFormRequest request,
        io.grpc.stub.StreamObserver<io.botmesh.v1.SubmitFormResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getSubmitFormMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Fires an action, which triggers wait for.
     * </pre>
     */
    public void fireAction(io.botmesh.v1.FireActionRequest request,
        io.grpc.stub.StreamObserver<io.botmesh.v1.FireActionResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getFireActionMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Adds an agent that is asked beside the owner, or replaces what it is asked for.
     * NOT_FOUND, UNKNOWN_AGENT; INVALID_ARGUMENT names the field.
     * </pre>
     */
    public void addMember(io.botmesh.v1.AddMemberRequest request,
        io.grpc.stub.StreamObserver<io.botmesh.v1.AddMemberResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getAddMemberMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Removes one. May be repeated; one that is no member is no error.
     * </pre>
     */
    public void removeMember(io.botmesh.v1.RemoveMemberRequest request,
        io.grpc.stub.StreamObserver<io.botmesh.v1.RemoveMemberResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getRemoveMemberMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Lets the owner, or a member, say something outside a turn. May be repeated under
     * the same message id. FAILED_PRECONDITION, NOT_A_MEMBER or CONVERSATION_STOPPED.
     * </pre>
     */
    public void say(io.botmesh.v1.SayRequest request,
        io.grpc.stub.StreamObserver<io.botmesh.v1.SayResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getSayMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Says what came of a conversation. What is said later replaces what was said before.
     * </pre>
     */
    public void recordOutcome(io.botmesh.v1.RecordOutcomeRequest request,
        io.grpc.stub.StreamObserver<io.botmesh.v1.RecordOutcomeResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getRecordOutcomeMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Variables of a conversation, a contact or an account that have not expired.
     * </pre>
     */
    public void getContext(io.botmesh.v1.GetContextRequest request,
        io.grpc.stub.StreamObserver<io.botmesh.v1.GetContextResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getGetContextMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Sets variables, for good or for a time. RESOURCE_EXHAUSTED if they would be more
     * than 64 KiB; nothing is set then.
     * </pre>
     */
    public void setContext(io.botmesh.v1.SetContextRequest request,
        io.grpc.stub.StreamObserver<io.botmesh.v1.SetContextResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getSetContextMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Deletes variables. Deleting what is not there is no error.
     * </pre>
     */
    public void deleteContext(io.botmesh.v1.DeleteContextRequest request,
        io.grpc.stub.StreamObserver<io.botmesh.v1.DeleteContextResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getDeleteContextMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Makes an agent the account's primary: it answers what nothing else was assigned to.
     * There is one at most; naming another moves the flag, and a conversation sees one or
     * the other.
     * </pre>
     */
    public void setPrimary(io.botmesh.v1.SetPrimaryRequest request,
        io.grpc.stub.StreamObserver<io.botmesh.v1.SetPrimaryResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getSetPrimaryMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Says that a person came on duty at the desk, or left.
     * </pre>
     */
    public void setDuty(io.botmesh.v1.SetDutyRequest request,
        io.grpc.stub.StreamObserver<io.botmesh.v1.SetDutyResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getSetDutyMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * An account: its primary agent, its people, its triggers.
     * </pre>
     */
    public void getAccount(io.botmesh.v1.GetAccountRequest request,
        io.grpc.stub.StreamObserver<io.botmesh.v1.GetAccountResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getGetAccountMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Counts per agent, told from the events.
     * </pre>
     */
    public void getStatistics(io.botmesh.v1.GetStatisticsRequest request,
        io.grpc.stub.StreamObserver<io.botmesh.v1.GetStatisticsResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getGetStatisticsMethod(), getCallOptions()), request, responseObserver);
    }
  }

  /**
   * A stub to allow clients to do synchronous rpc calls to service ConversationService.
   * <pre>
   * Takes in what contacts say and keeps history, context and the one owner of each
   * conversation. Nothing that was acknowledged is lost, whatever dies.
   * A call that names an epoch is refused with ABORTED, EPOCH_CHANGED and the present
   * owner when the owner has changed.
   * </pre>
   */
  public static final class ConversationServiceBlockingV2Stub
      extends io.grpc.stub.AbstractBlockingStub<ConversationServiceBlockingV2Stub> {
    private ConversationServiceBlockingV2Stub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected ConversationServiceBlockingV2Stub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new ConversationServiceBlockingV2Stub(channel, callOptions);
    }

    /**
     * <pre>
     * Takes in what a contact says. The first response acknowledges it: it is durable
     * then. What comes back follows; the stream ends when the turn has finished, or at
     * once where nobody will answer now. May be repeated under the same message id: it
     * is the same message.
     * </pre>
     */
    @io.grpc.ExperimentalApi("https://github.com/grpc/grpc-java/issues/10918")
    public io.grpc.stub.BlockingClientCall<?, io.botmesh.v1.PostResponse>
        post(io.botmesh.v1.PostRequest request) {
      return io.grpc.stub.ClientCalls.blockingV2ServerStreamingCall(
          getChannel(), getPostMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * One conversation. NOT_FOUND if there is none of that id.
     * </pre>
     */
    public io.botmesh.v1.GetConversationResponse getConversation(io.botmesh.v1.GetConversationRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getGetConversationMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Conversations, newest first, in pages.
     * </pre>
     */
    public io.botmesh.v1.ListConversationsResponse listConversations(io.botmesh.v1.ListConversationsRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getListConversationsMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * What was said in a conversation, in pieces.
     * </pre>
     */
    @io.grpc.ExperimentalApi("https://github.com/grpc/grpc-java/issues/10918")
    public io.grpc.stub.BlockingClientCall<?, io.botmesh.v1.GetHistoryResponse>
        getHistory(io.botmesh.v1.GetHistoryRequest request) {
      return io.grpc.stub.ClientCalls.blockingV2ServerStreamingCall(
          getChannel(), getGetHistoryMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * The events of one conversation or of all, from a position on, and then as they
     * happen.
     * </pre>
     */
    @io.grpc.ExperimentalApi("https://github.com/grpc/grpc-java/issues/10918")
    public io.grpc.stub.BlockingClientCall<?, io.botmesh.v1.WatchConversationsResponse>
        watchConversations(io.botmesh.v1.WatchConversationsRequest request) {
      return io.grpc.stub.ClientCalls.blockingV2ServerStreamingCall(
          getChannel(), getWatchConversationsMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Hands a conversation over. Returns when the new owner is committed, or says why
     * it stayed. May be repeated under the same transfer id.
     * </pre>
     */
    public io.botmesh.v1.TransferConversationResponse transferConversation(io.botmesh.v1.TransferConversationRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getTransferConversationMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Pauses, stops or activates one conversation, or all of a contact.
     * </pre>
     */
    public io.botmesh.v1.SetStatusResponse setStatus(io.botmesh.v1.SetStatusRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getSetStatusMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Makes the owner's replies go out by themselves, or wait for a person's approval.
     * </pre>
     */
    public io.botmesh.v1.SetModeResponse setMode(io.botmesh.v1.SetModeRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getSetModeMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Lets a suggested reply go out, as it is or edited. One wins; approving again what
     * was approved is no error.
     * </pre>
     */
    public io.botmesh.v1.ApproveResponse approve(io.botmesh.v1.ApproveRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getApproveMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Drops a suggested reply; the contact's message stays unanswered until the next turn.
     * </pre>
     */
    public io.botmesh.v1.RejectResponse reject(io.botmesh.v1.RejectRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getRejectMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Claims a conversation that waits for a person: one wins, the others get
     * FAILED_PRECONDITION.
     * </pre>
     */
    public io.botmesh.v1.ClaimResponse claim(io.botmesh.v1.ClaimRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getClaimMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Says what a person answers. May be repeated under the same message id.
     * </pre>
     */
    public io.botmesh.v1.ReplyResponse reply(io.botmesh.v1.ReplyRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getReplyMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Gives a conversation from the desk back to the agent that it came from, or to
     * another one.
     * </pre>
     */
    public io.botmesh.v1.HandBackResponse handBack(io.botmesh.v1.HandBackRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getHandBackMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Adds and removes tags.
     * </pre>
     */
    public io.botmesh.v1.SetTagsResponse setTags(io.botmesh.v1.SetTagsRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getSetTagsMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Updates facts about the contact. Triggers may fire.
     * </pre>
     */
    public io.botmesh.v1.SetFieldsResponse setFields(io.botmesh.v1.SetFieldsRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getSetFieldsMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Takes in a form that the contact has submitted. Triggers may fire. May be repeated
     * under the same submission id.
     * </pre>
     */
    public io.botmesh.v1.SubmitFormResponse submitForm(io.botmesh.v1.SubmitFormRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getSubmitFormMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Fires an action, which triggers wait for.
     * </pre>
     */
    public io.botmesh.v1.FireActionResponse fireAction(io.botmesh.v1.FireActionRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getFireActionMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Adds an agent that is asked beside the owner, or replaces what it is asked for.
     * NOT_FOUND, UNKNOWN_AGENT; INVALID_ARGUMENT names the field.
     * </pre>
     */
    public io.botmesh.v1.AddMemberResponse addMember(io.botmesh.v1.AddMemberRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getAddMemberMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Removes one. May be repeated; one that is no member is no error.
     * </pre>
     */
    public io.botmesh.v1.RemoveMemberResponse removeMember(io.botmesh.v1.RemoveMemberRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getRemoveMemberMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Lets the owner, or a member, say something outside a turn. May be repeated under
     * the same message id. FAILED_PRECONDITION, NOT_A_MEMBER or CONVERSATION_STOPPED.
     * </pre>
     */
    public io.botmesh.v1.SayResponse say(io.botmesh.v1.SayRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getSayMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Says what came of a conversation. What is said later replaces what was said before.
     * </pre>
     */
    public io.botmesh.v1.RecordOutcomeResponse recordOutcome(io.botmesh.v1.RecordOutcomeRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getRecordOutcomeMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Variables of a conversation, a contact or an account that have not expired.
     * </pre>
     */
    public io.botmesh.v1.GetContextResponse getContext(io.botmesh.v1.GetContextRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getGetContextMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Sets variables, for good or for a time. RESOURCE_EXHAUSTED if they would be more
     * than 64 KiB; nothing is set then.
     * </pre>
     */
    public io.botmesh.v1.SetContextResponse setContext(io.botmesh.v1.SetContextRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getSetContextMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Deletes variables. Deleting what is not there is no error.
     * </pre>
     */
    public io.botmesh.v1.DeleteContextResponse deleteContext(io.botmesh.v1.DeleteContextRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getDeleteContextMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Makes an agent the account's primary: it answers what nothing else was assigned to.
     * There is one at most; naming another moves the flag, and a conversation sees one or
     * the other.
     * </pre>
     */
    public io.botmesh.v1.SetPrimaryResponse setPrimary(io.botmesh.v1.SetPrimaryRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getSetPrimaryMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Says that a person came on duty at the desk, or left.
     * </pre>
     */
    public io.botmesh.v1.SetDutyResponse setDuty(io.botmesh.v1.SetDutyRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getSetDutyMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * An account: its primary agent, its people, its triggers.
     * </pre>
     */
    public io.botmesh.v1.GetAccountResponse getAccount(io.botmesh.v1.GetAccountRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getGetAccountMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Counts per agent, told from the events.
     * </pre>
     */
    public io.botmesh.v1.GetStatisticsResponse getStatistics(io.botmesh.v1.GetStatisticsRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getGetStatisticsMethod(), getCallOptions(), request);
    }
  }

  /**
   * A stub to allow clients to do limited synchronous rpc calls to service ConversationService.
   * <pre>
   * Takes in what contacts say and keeps history, context and the one owner of each
   * conversation. Nothing that was acknowledged is lost, whatever dies.
   * A call that names an epoch is refused with ABORTED, EPOCH_CHANGED and the present
   * owner when the owner has changed.
   * </pre>
   */
  public static final class ConversationServiceBlockingStub
      extends io.grpc.stub.AbstractBlockingStub<ConversationServiceBlockingStub> {
    private ConversationServiceBlockingStub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected ConversationServiceBlockingStub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new ConversationServiceBlockingStub(channel, callOptions);
    }

    /**
     * <pre>
     * Takes in what a contact says. The first response acknowledges it: it is durable
     * then. What comes back follows; the stream ends when the turn has finished, or at
     * once where nobody will answer now. May be repeated under the same message id: it
     * is the same message.
     * </pre>
     */
    public java.util.Iterator<io.botmesh.v1.PostResponse> post(
        io.botmesh.v1.PostRequest request) {
      return io.grpc.stub.ClientCalls.blockingServerStreamingCall(
          getChannel(), getPostMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * One conversation. NOT_FOUND if there is none of that id.
     * </pre>
     */
    public io.botmesh.v1.GetConversationResponse getConversation(io.botmesh.v1.GetConversationRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getGetConversationMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Conversations, newest first, in pages.
     * </pre>
     */
    public io.botmesh.v1.ListConversationsResponse listConversations(io.botmesh.v1.ListConversationsRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getListConversationsMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * What was said in a conversation, in pieces.
     * </pre>
     */
    public java.util.Iterator<io.botmesh.v1.GetHistoryResponse> getHistory(
        io.botmesh.v1.GetHistoryRequest request) {
      return io.grpc.stub.ClientCalls.blockingServerStreamingCall(
          getChannel(), getGetHistoryMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * The events of one conversation or of all, from a position on, and then as they
     * happen.
     * </pre>
     */
    public java.util.Iterator<io.botmesh.v1.WatchConversationsResponse> watchConversations(
        io.botmesh.v1.WatchConversationsRequest request) {
      return io.grpc.stub.ClientCalls.blockingServerStreamingCall(
          getChannel(), getWatchConversationsMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Hands a conversation over. Returns when the new owner is committed, or says why
     * it stayed. May be repeated under the same transfer id.
     * </pre>
     */
    public io.botmesh.v1.TransferConversationResponse transferConversation(io.botmesh.v1.TransferConversationRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getTransferConversationMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Pauses, stops or activates one conversation, or all of a contact.
     * </pre>
     */
    public io.botmesh.v1.SetStatusResponse setStatus(io.botmesh.v1.SetStatusRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getSetStatusMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Makes the owner's replies go out by themselves, or wait for a person's approval.
     * </pre>
     */
    public io.botmesh.v1.SetModeResponse setMode(io.botmesh.v1.SetModeRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getSetModeMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Lets a suggested reply go out, as it is or edited. One wins; approving again what
     * was approved is no error.
     * </pre>
     */
    public io.botmesh.v1.ApproveResponse approve(io.botmesh.v1.ApproveRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getApproveMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Drops a suggested reply; the contact's message stays unanswered until the next turn.
     * </pre>
     */
    public io.botmesh.v1.RejectResponse reject(io.botmesh.v1.RejectRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getRejectMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Claims a conversation that waits for a person: one wins, the others get
     * FAILED_PRECONDITION.
     * </pre>
     */
    public io.botmesh.v1.ClaimResponse claim(io.botmesh.v1.ClaimRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getClaimMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Says what a person answers. May be repeated under the same message id.
     * </pre>
     */
    public io.botmesh.v1.ReplyResponse reply(io.botmesh.v1.ReplyRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getReplyMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Gives a conversation from the desk back to the agent that it came from, or to
     * another one.
     * </pre>
     */
    public io.botmesh.v1.HandBackResponse handBack(io.botmesh.v1.HandBackRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getHandBackMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Adds and removes tags.
     * </pre>
     */
    public io.botmesh.v1.SetTagsResponse setTags(io.botmesh.v1.SetTagsRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getSetTagsMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Updates facts about the contact. Triggers may fire.
     * </pre>
     */
    public io.botmesh.v1.SetFieldsResponse setFields(io.botmesh.v1.SetFieldsRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getSetFieldsMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Takes in a form that the contact has submitted. Triggers may fire. May be repeated
     * under the same submission id.
     * </pre>
     */
    public io.botmesh.v1.SubmitFormResponse submitForm(io.botmesh.v1.SubmitFormRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getSubmitFormMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Fires an action, which triggers wait for.
     * </pre>
     */
    public io.botmesh.v1.FireActionResponse fireAction(io.botmesh.v1.FireActionRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getFireActionMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Adds an agent that is asked beside the owner, or replaces what it is asked for.
     * NOT_FOUND, UNKNOWN_AGENT; INVALID_ARGUMENT names the field.
     * </pre>
     */
    public io.botmesh.v1.AddMemberResponse addMember(io.botmesh.v1.AddMemberRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getAddMemberMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Removes one. May be repeated; one that is no member is no error.
     * </pre>
     */
    public io.botmesh.v1.RemoveMemberResponse removeMember(io.botmesh.v1.RemoveMemberRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getRemoveMemberMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Lets the owner, or a member, say something outside a turn. May be repeated under
     * the same message id. FAILED_PRECONDITION, NOT_A_MEMBER or CONVERSATION_STOPPED.
     * </pre>
     */
    public io.botmesh.v1.SayResponse say(io.botmesh.v1.SayRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getSayMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Says what came of a conversation. What is said later replaces what was said before.
     * </pre>
     */
    public io.botmesh.v1.RecordOutcomeResponse recordOutcome(io.botmesh.v1.RecordOutcomeRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getRecordOutcomeMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Variables of a conversation, a contact or an account that have not expired.
     * </pre>
     */
    public io.botmesh.v1.GetContextResponse getContext(io.botmesh.v1.GetContextRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getGetContextMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Sets variables, for good or for a time. RESOURCE_EXHAUSTED if they would be more
     * than 64 KiB; nothing is set then.
     * </pre>
     */
    public io.botmesh.v1.SetContextResponse setContext(io.botmesh.v1.SetContextRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getSetContextMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Deletes variables. Deleting what is not there is no error.
     * </pre>
     */
    public io.botmesh.v1.DeleteContextResponse deleteContext(io.botmesh.v1.DeleteContextRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getDeleteContextMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Makes an agent the account's primary: it answers what nothing else was assigned to.
     * There is one at most; naming another moves the flag, and a conversation sees one or
     * the other.
     * </pre>
     */
    public io.botmesh.v1.SetPrimaryResponse setPrimary(io.botmesh.v1.SetPrimaryRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getSetPrimaryMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Says that a person came on duty at the desk, or left.
     * </pre>
     */
    public io.botmesh.v1.SetDutyResponse setDuty(io.botmesh.v1.SetDutyRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getSetDutyMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * An account: its primary agent, its people, its triggers.
     * </pre>
     */
    public io.botmesh.v1.GetAccountResponse getAccount(io.botmesh.v1.GetAccountRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getGetAccountMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Counts per agent, told from the events.
     * </pre>
     */
    public io.botmesh.v1.GetStatisticsResponse getStatistics(io.botmesh.v1.GetStatisticsRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getGetStatisticsMethod(), getCallOptions(), request);
    }
  }

  /**
   * A stub to allow clients to do ListenableFuture-style rpc calls to service ConversationService.
   * <pre>
   * Takes in what contacts say and keeps history, context and the one owner of each
   * conversation. Nothing that was acknowledged is lost, whatever dies.
   * A call that names an epoch is refused with ABORTED, EPOCH_CHANGED and the present
   * owner when the owner has changed.
   * </pre>
   */
  public static final class ConversationServiceFutureStub
      extends io.grpc.stub.AbstractFutureStub<ConversationServiceFutureStub> {
    private ConversationServiceFutureStub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected ConversationServiceFutureStub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new ConversationServiceFutureStub(channel, callOptions);
    }

    /**
     * <pre>
     * One conversation. NOT_FOUND if there is none of that id.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<io.botmesh.v1.GetConversationResponse> getConversation(
        io.botmesh.v1.GetConversationRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getGetConversationMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Conversations, newest first, in pages.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<io.botmesh.v1.ListConversationsResponse> listConversations(
        io.botmesh.v1.ListConversationsRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getListConversationsMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Hands a conversation over. Returns when the new owner is committed, or says why
     * it stayed. May be repeated under the same transfer id.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<io.botmesh.v1.TransferConversationResponse> transferConversation(
        io.botmesh.v1.TransferConversationRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getTransferConversationMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Pauses, stops or activates one conversation, or all of a contact.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<io.botmesh.v1.SetStatusResponse> setStatus(
        io.botmesh.v1.SetStatusRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getSetStatusMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Makes the owner's replies go out by themselves, or wait for a person's approval.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<io.botmesh.v1.SetModeResponse> setMode(
        io.botmesh.v1.SetModeRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getSetModeMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Lets a suggested reply go out, as it is or edited. One wins; approving again what
     * was approved is no error.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<io.botmesh.v1.ApproveResponse> approve(
        io.botmesh.v1.ApproveRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getApproveMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Drops a suggested reply; the contact's message stays unanswered until the next turn.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<io.botmesh.v1.RejectResponse> reject(
        io.botmesh.v1.RejectRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getRejectMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Claims a conversation that waits for a person: one wins, the others get
     * FAILED_PRECONDITION.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<io.botmesh.v1.ClaimResponse> claim(
        io.botmesh.v1.ClaimRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getClaimMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Says what a person answers. May be repeated under the same message id.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<io.botmesh.v1.ReplyResponse> reply(
        io.botmesh.v1.ReplyRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getReplyMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Gives a conversation from the desk back to the agent that it came from, or to
     * another one.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<io.botmesh.v1.HandBackResponse> handBack(
        io.botmesh.v1.HandBackRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getHandBackMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Adds and removes tags.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<io.botmesh.v1.SetTagsResponse> setTags(
        io.botmesh.v1.SetTagsRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getSetTagsMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Updates facts about the contact. Triggers may fire.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<io.botmesh.v1.SetFieldsResponse> setFields(
        io.botmesh.v1.SetFieldsRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getSetFieldsMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Takes in a form that the contact has submitted. Triggers may fire. May be repeated
     * under the same submission id.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<io.botmesh.v1.SubmitFormResponse> submitForm(
        io.botmesh.v1.SubmitFormRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getSubmitFormMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Fires an action, which triggers wait for.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<io.botmesh.v1.FireActionResponse> fireAction(
        io.botmesh.v1.FireActionRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getFireActionMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Adds an agent that is asked beside the owner, or replaces what it is asked for.
     * NOT_FOUND, UNKNOWN_AGENT; INVALID_ARGUMENT names the field.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<io.botmesh.v1.AddMemberResponse> addMember(
        io.botmesh.v1.AddMemberRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getAddMemberMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Removes one. May be repeated; one that is no member is no error.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<io.botmesh.v1.RemoveMemberResponse> removeMember(
        io.botmesh.v1.RemoveMemberRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getRemoveMemberMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Lets the owner, or a member, say something outside a turn. May be repeated under
     * the same message id. FAILED_PRECONDITION, NOT_A_MEMBER or CONVERSATION_STOPPED.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<io.botmesh.v1.SayResponse> say(
        io.botmesh.v1.SayRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getSayMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Says what came of a conversation. What is said later replaces what was said before.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<io.botmesh.v1.RecordOutcomeResponse> recordOutcome(
        io.botmesh.v1.RecordOutcomeRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getRecordOutcomeMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Variables of a conversation, a contact or an account that have not expired.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<io.botmesh.v1.GetContextResponse> getContext(
        io.botmesh.v1.GetContextRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getGetContextMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Sets variables, for good or for a time. RESOURCE_EXHAUSTED if they would be more
     * than 64 KiB; nothing is set then.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<io.botmesh.v1.SetContextResponse> setContext(
        io.botmesh.v1.SetContextRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getSetContextMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Deletes variables. Deleting what is not there is no error.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<io.botmesh.v1.DeleteContextResponse> deleteContext(
        io.botmesh.v1.DeleteContextRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getDeleteContextMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Makes an agent the account's primary: it answers what nothing else was assigned to.
     * There is one at most; naming another moves the flag, and a conversation sees one or
     * the other.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<io.botmesh.v1.SetPrimaryResponse> setPrimary(
        io.botmesh.v1.SetPrimaryRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getSetPrimaryMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Says that a person came on duty at the desk, or left.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<io.botmesh.v1.SetDutyResponse> setDuty(
        io.botmesh.v1.SetDutyRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getSetDutyMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * An account: its primary agent, its people, its triggers.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<io.botmesh.v1.GetAccountResponse> getAccount(
        io.botmesh.v1.GetAccountRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getGetAccountMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Counts per agent, told from the events.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<io.botmesh.v1.GetStatisticsResponse> getStatistics(
        io.botmesh.v1.GetStatisticsRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getGetStatisticsMethod(), getCallOptions()), request);
    }
  }

  private static final int METHODID_POST = 0;
  private static final int METHODID_GET_CONVERSATION = 1;
  private static final int METHODID_LIST_CONVERSATIONS = 2;
  private static final int METHODID_GET_HISTORY = 3;
  private static final int METHODID_WATCH_CONVERSATIONS = 4;
  private static final int METHODID_TRANSFER_CONVERSATION = 5;
  private static final int METHODID_SET_STATUS = 6;
  private static final int METHODID_SET_MODE = 7;
  private static final int METHODID_APPROVE = 8;
  private static final int METHODID_REJECT = 9;
  private static final int METHODID_CLAIM = 10;
  private static final int METHODID_REPLY = 11;
  private static final int METHODID_HAND_BACK = 12;
  private static final int METHODID_SET_TAGS = 13;
  private static final int METHODID_SET_FIELDS = 14;
  private static final int METHODID_SUBMIT_FORM = 15;
  private static final int METHODID_FIRE_ACTION = 16;
  private static final int METHODID_ADD_MEMBER = 17;
  private static final int METHODID_REMOVE_MEMBER = 18;
  private static final int METHODID_SAY = 19;
  private static final int METHODID_RECORD_OUTCOME = 20;
  private static final int METHODID_GET_CONTEXT = 21;
  private static final int METHODID_SET_CONTEXT = 22;
  private static final int METHODID_DELETE_CONTEXT = 23;
  private static final int METHODID_SET_PRIMARY = 24;
  private static final int METHODID_SET_DUTY = 25;
  private static final int METHODID_GET_ACCOUNT = 26;
  private static final int METHODID_GET_STATISTICS = 27;

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
        case METHODID_POST:
          serviceImpl.post((io.botmesh.v1.PostRequest) request,
              (io.grpc.stub.StreamObserver<io.botmesh.v1.PostResponse>) responseObserver);
          break;
        case METHODID_GET_CONVERSATION:
          serviceImpl.getConversation((io.botmesh.v1.GetConversationRequest) request,
              (io.grpc.stub.StreamObserver<io.botmesh.v1.GetConversationResponse>) responseObserver);
          break;
        case METHODID_LIST_CONVERSATIONS:
          serviceImpl.listConversations((io.botmesh.v1.ListConversationsRequest) request,
              (io.grpc.stub.StreamObserver<io.botmesh.v1.ListConversationsResponse>) responseObserver);
          break;
        case METHODID_GET_HISTORY:
          serviceImpl.getHistory((io.botmesh.v1.GetHistoryRequest) request,
              (io.grpc.stub.StreamObserver<io.botmesh.v1.GetHistoryResponse>) responseObserver);
          break;
        case METHODID_WATCH_CONVERSATIONS:
          serviceImpl.watchConversations((io.botmesh.v1.WatchConversationsRequest) request,
              (io.grpc.stub.StreamObserver<io.botmesh.v1.WatchConversationsResponse>) responseObserver);
          break;
        case METHODID_TRANSFER_CONVERSATION:
          serviceImpl.transferConversation((io.botmesh.v1.TransferConversationRequest) request,
              (io.grpc.stub.StreamObserver<io.botmesh.v1.TransferConversationResponse>) responseObserver);
          break;
        case METHODID_SET_STATUS:
          serviceImpl.setStatus((io.botmesh.v1.SetStatusRequest) request,
              (io.grpc.stub.StreamObserver<io.botmesh.v1.SetStatusResponse>) responseObserver);
          break;
        case METHODID_SET_MODE:
          serviceImpl.setMode((io.botmesh.v1.SetModeRequest) request,
              (io.grpc.stub.StreamObserver<io.botmesh.v1.SetModeResponse>) responseObserver);
          break;
        case METHODID_APPROVE:
          serviceImpl.approve((io.botmesh.v1.ApproveRequest) request,
              (io.grpc.stub.StreamObserver<io.botmesh.v1.ApproveResponse>) responseObserver);
          break;
        case METHODID_REJECT:
          serviceImpl.reject((io.botmesh.v1.RejectRequest) request,
              (io.grpc.stub.StreamObserver<io.botmesh.v1.RejectResponse>) responseObserver);
          break;
        case METHODID_CLAIM:
          serviceImpl.claim((io.botmesh.v1.ClaimRequest) request,
              (io.grpc.stub.StreamObserver<io.botmesh.v1.ClaimResponse>) responseObserver);
          break;
        case METHODID_REPLY:
          serviceImpl.reply((io.botmesh.v1.ReplyRequest) request,
              (io.grpc.stub.StreamObserver<io.botmesh.v1.ReplyResponse>) responseObserver);
          break;
        case METHODID_HAND_BACK:
          serviceImpl.handBack((io.botmesh.v1.HandBackRequest) request,
              (io.grpc.stub.StreamObserver<io.botmesh.v1.HandBackResponse>) responseObserver);
          break;
        case METHODID_SET_TAGS:
          serviceImpl.setTags((io.botmesh.v1.SetTagsRequest) request,
              (io.grpc.stub.StreamObserver<io.botmesh.v1.SetTagsResponse>) responseObserver);
          break;
        case METHODID_SET_FIELDS:
          serviceImpl.setFields((io.botmesh.v1.SetFieldsRequest) request,
              (io.grpc.stub.StreamObserver<io.botmesh.v1.SetFieldsResponse>) responseObserver);
          break;
        case METHODID_SUBMIT_FORM:
          serviceImpl.submitForm((io.botmesh.v1.SubmitFormRequest) request,
              (io.grpc.stub.StreamObserver<io.botmesh.v1.SubmitFormResponse>) responseObserver);
          break;
        case METHODID_FIRE_ACTION:
          serviceImpl.fireAction((io.botmesh.v1.FireActionRequest) request,
              (io.grpc.stub.StreamObserver<io.botmesh.v1.FireActionResponse>) responseObserver);
          break;
        case METHODID_ADD_MEMBER:
          serviceImpl.addMember((io.botmesh.v1.AddMemberRequest) request,
              (io.grpc.stub.StreamObserver<io.botmesh.v1.AddMemberResponse>) responseObserver);
          break;
        case METHODID_REMOVE_MEMBER:
          serviceImpl.removeMember((io.botmesh.v1.RemoveMemberRequest) request,
              (io.grpc.stub.StreamObserver<io.botmesh.v1.RemoveMemberResponse>) responseObserver);
          break;
        case METHODID_SAY:
          serviceImpl.say((io.botmesh.v1.SayRequest) request,
              (io.grpc.stub.StreamObserver<io.botmesh.v1.SayResponse>) responseObserver);
          break;
        case METHODID_RECORD_OUTCOME:
          serviceImpl.recordOutcome((io.botmesh.v1.RecordOutcomeRequest) request,
              (io.grpc.stub.StreamObserver<io.botmesh.v1.RecordOutcomeResponse>) responseObserver);
          break;
        case METHODID_GET_CONTEXT:
          serviceImpl.getContext((io.botmesh.v1.GetContextRequest) request,
              (io.grpc.stub.StreamObserver<io.botmesh.v1.GetContextResponse>) responseObserver);
          break;
        case METHODID_SET_CONTEXT:
          serviceImpl.setContext((io.botmesh.v1.SetContextRequest) request,
              (io.grpc.stub.StreamObserver<io.botmesh.v1.SetContextResponse>) responseObserver);
          break;
        case METHODID_DELETE_CONTEXT:
          serviceImpl.deleteContext((io.botmesh.v1.DeleteContextRequest) request,
              (io.grpc.stub.StreamObserver<io.botmesh.v1.DeleteContextResponse>) responseObserver);
          break;
        case METHODID_SET_PRIMARY:
          serviceImpl.setPrimary((io.botmesh.v1.SetPrimaryRequest) request,
              (io.grpc.stub.StreamObserver<io.botmesh.v1.SetPrimaryResponse>) responseObserver);
          break;
        case METHODID_SET_DUTY:
          serviceImpl.setDuty((io.botmesh.v1.SetDutyRequest) request,
              (io.grpc.stub.StreamObserver<io.botmesh.v1.SetDutyResponse>) responseObserver);
          break;
        case METHODID_GET_ACCOUNT:
          serviceImpl.getAccount((io.botmesh.v1.GetAccountRequest) request,
              (io.grpc.stub.StreamObserver<io.botmesh.v1.GetAccountResponse>) responseObserver);
          break;
        case METHODID_GET_STATISTICS:
          serviceImpl.getStatistics((io.botmesh.v1.GetStatisticsRequest) request,
              (io.grpc.stub.StreamObserver<io.botmesh.v1.GetStatisticsResponse>) responseObserver);
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
          getPostMethod(),
          io.grpc.stub.ServerCalls.asyncServerStreamingCall(
            new MethodHandlers<
              io.botmesh.v1.PostRequest,
              io.botmesh.v1.PostResponse>(
                service, METHODID_POST)))
        .addMethod(
          getGetConversationMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              io.botmesh.v1.GetConversationRequest,
              io.botmesh.v1.GetConversationResponse>(
                service, METHODID_GET_CONVERSATION)))
        .addMethod(
          getListConversationsMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              io.botmesh.v1.ListConversationsRequest,
              io.botmesh.v1.ListConversationsResponse>(
                service, METHODID_LIST_CONVERSATIONS)))
        .addMethod(
          getGetHistoryMethod(),
          io.grpc.stub.ServerCalls.asyncServerStreamingCall(
            new MethodHandlers<
              io.botmesh.v1.GetHistoryRequest,
              io.botmesh.v1.GetHistoryResponse>(
                service, METHODID_GET_HISTORY)))
        .addMethod(
          getWatchConversationsMethod(),
          io.grpc.stub.ServerCalls.asyncServerStreamingCall(
            new MethodHandlers<
              io.botmesh.v1.WatchConversationsRequest,
              io.botmesh.v1.WatchConversationsResponse>(
                service, METHODID_WATCH_CONVERSATIONS)))
        .addMethod(
          getTransferConversationMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              io.botmesh.v1.TransferConversationRequest,
              io.botmesh.v1.TransferConversationResponse>(
                service, METHODID_TRANSFER_CONVERSATION)))
        .addMethod(
          getSetStatusMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              io.botmesh.v1.SetStatusRequest,
              io.botmesh.v1.SetStatusResponse>(
                service, METHODID_SET_STATUS)))
        .addMethod(
          getSetModeMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              io.botmesh.v1.SetModeRequest,
              io.botmesh.v1.SetModeResponse>(
                service, METHODID_SET_MODE)))
        .addMethod(
          getApproveMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              io.botmesh.v1.ApproveRequest,
              io.botmesh.v1.ApproveResponse>(
                service, METHODID_APPROVE)))
        .addMethod(
          getRejectMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              io.botmesh.v1.RejectRequest,
              io.botmesh.v1.RejectResponse>(
                service, METHODID_REJECT)))
        .addMethod(
          getClaimMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              io.botmesh.v1.ClaimRequest,
              io.botmesh.v1.ClaimResponse>(
                service, METHODID_CLAIM)))
        .addMethod(
          getReplyMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              io.botmesh.v1.ReplyRequest,
              io.botmesh.v1.ReplyResponse>(
                service, METHODID_REPLY)))
        .addMethod(
          getHandBackMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              io.botmesh.v1.HandBackRequest,
              io.botmesh.v1.HandBackResponse>(
                service, METHODID_HAND_BACK)))
        .addMethod(
          getSetTagsMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              io.botmesh.v1.SetTagsRequest,
              io.botmesh.v1.SetTagsResponse>(
                service, METHODID_SET_TAGS)))
        .addMethod(
          getSetFieldsMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              io.botmesh.v1.SetFieldsRequest,
              io.botmesh.v1.SetFieldsResponse>(
                service, METHODID_SET_FIELDS)))
        .addMethod(
          getSubmitFormMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              io.botmesh.v1.SubmitFormRequest,
              io.botmesh.v1.SubmitFormResponse>(
                service, METHODID_SUBMIT_FORM)))
        .addMethod(
          getFireActionMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              io.botmesh.v1.FireActionRequest,
              io.botmesh.v1.FireActionResponse>(
                service, METHODID_FIRE_ACTION)))
        .addMethod(
          getAddMemberMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              io.botmesh.v1.AddMemberRequest,
              io.botmesh.v1.AddMemberResponse>(
                service, METHODID_ADD_MEMBER)))
        .addMethod(
          getRemoveMemberMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              io.botmesh.v1.RemoveMemberRequest,
              io.botmesh.v1.RemoveMemberResponse>(
                service, METHODID_REMOVE_MEMBER)))
        .addMethod(
          getSayMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              io.botmesh.v1.SayRequest,
              io.botmesh.v1.SayResponse>(
                service, METHODID_SAY)))
        .addMethod(
          getRecordOutcomeMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              io.botmesh.v1.RecordOutcomeRequest,
              io.botmesh.v1.RecordOutcomeResponse>(
                service, METHODID_RECORD_OUTCOME)))
        .addMethod(
          getGetContextMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              io.botmesh.v1.GetContextRequest,
              io.botmesh.v1.GetContextResponse>(
                service, METHODID_GET_CONTEXT)))
        .addMethod(
          getSetContextMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              io.botmesh.v1.SetContextRequest,
              io.botmesh.v1.SetContextResponse>(
                service, METHODID_SET_CONTEXT)))
        .addMethod(
          getDeleteContextMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              io.botmesh.v1.DeleteContextRequest,
              io.botmesh.v1.DeleteContextResponse>(
                service, METHODID_DELETE_CONTEXT)))
        .addMethod(
          getSetPrimaryMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              io.botmesh.v1.SetPrimaryRequest,
              io.botmesh.v1.SetPrimaryResponse>(
                service, METHODID_SET_PRIMARY)))
        .addMethod(
          getSetDutyMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              io.botmesh.v1.SetDutyRequest,
              io.botmesh.v1.SetDutyResponse>(
                service, METHODID_SET_DUTY)))
        .addMethod(
          getGetAccountMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              io.botmesh.v1.GetAccountRequest,
              io.botmesh.v1.GetAccountResponse>(
                service, METHODID_GET_ACCOUNT)))
        .addMethod(
          getGetStatisticsMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              io.botmesh.v1.GetStatisticsRequest,
              io.botmesh.v1.GetStatisticsResponse>(
                service, METHODID_GET_STATISTICS)))
        .build();
  }

  private static abstract class ConversationServiceBaseDescriptorSupplier
      implements io.grpc.protobuf.ProtoFileDescriptorSupplier, io.grpc.protobuf.ProtoServiceDescriptorSupplier {
    ConversationServiceBaseDescriptorSupplier() {}

    @java.lang.Override
    public com.google.protobuf.Descriptors.FileDescriptor getFileDescriptor() {
      return io.botmesh.v1.ConversationServiceOuterClass.getDescriptor();
    }

    @java.lang.Override
    public com.google.protobuf.Descriptors.ServiceDescriptor getServiceDescriptor() {
      return getFileDescriptor().findServiceByName("ConversationService");
    }
  }

  private static final class ConversationServiceFileDescriptorSupplier
      extends ConversationServiceBaseDescriptorSupplier {
    ConversationServiceFileDescriptorSupplier() {}
  }

  private static final class ConversationServiceMethodDescriptorSupplier
      extends ConversationServiceBaseDescriptorSupplier
      implements io.grpc.protobuf.ProtoMethodDescriptorSupplier {
    private final java.lang.String methodName;

    ConversationServiceMethodDescriptorSupplier(java.lang.String methodName) {
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
      synchronized (ConversationServiceGrpc.class) {
        result = serviceDescriptor;
        if (result == null) {
          serviceDescriptor = result = io.grpc.ServiceDescriptor.newBuilder(SERVICE_NAME)
              .setSchemaDescriptor(new ConversationServiceFileDescriptorSupplier())
              .addMethod(getPostMethod())
              .addMethod(getGetConversationMethod())
              .addMethod(getListConversationsMethod())
              .addMethod(getGetHistoryMethod())
              .addMethod(getWatchConversationsMethod())
              .addMethod(getTransferConversationMethod())
              .addMethod(getSetStatusMethod())
              .addMethod(getSetModeMethod())
              .addMethod(getApproveMethod())
              .addMethod(getRejectMethod())
              .addMethod(getClaimMethod())
              .addMethod(getReplyMethod())
              .addMethod(getHandBackMethod())
              .addMethod(getSetTagsMethod())
              .addMethod(getSetFieldsMethod())
              .addMethod(getSubmitFormMethod())
              .addMethod(getFireActionMethod())
              .addMethod(getAddMemberMethod())
              .addMethod(getRemoveMemberMethod())
              .addMethod(getSayMethod())
              .addMethod(getRecordOutcomeMethod())
              .addMethod(getGetContextMethod())
              .addMethod(getSetContextMethod())
              .addMethod(getDeleteContextMethod())
              .addMethod(getSetPrimaryMethod())
              .addMethod(getSetDutyMethod())
              .addMethod(getGetAccountMethod())
              .addMethod(getGetStatisticsMethod())
              .build();
        }
      }
    }
    return result;
  }
}
