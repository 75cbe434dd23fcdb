package io.botmesh;

import com.google.protobuf.Message;
import com.google.protobuf.Parser;
import io.botmesh.v1.Agent;
import io.botmesh.v1.AgentMatch;
import io.botmesh.v1.DeregisterRequest;
import io.botmesh.v1.DeregisterResponse;
import io.botmesh.v1.FindAgentsRequest;
import io.botmesh.v1.FindAgentsResponse;
import io.botmesh.v1.GetAgentRequest;
import io.botmesh.v1.GetAgentResponse;
import io.botmesh.v1.RegisterRequest;
import io.botmesh.v1.RegisterResponse;
import io.botmesh.v1.RegistryServiceGrpc;
import io.botmesh.v1.ReportUnreachableRequest;
import io.botmesh.v1.ReportUnreachableResponse;
import io.botmesh.v1.WatchAgentsRequest;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.Status;
import java.lang.System.Logger;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** Calls the registry over one connection and converts failures to typed errors. */
final class RegistryClient {
    private static final Logger LOG = System.getLogger("io.botmesh");
    private static final Duration CALL_TIMEOUT = Duration.ofSeconds(5);

    final String address;
    private final Endpoint endpoint;
    private final Connection connection;

    RegistryClient(String address, Endpoint endpoint) {
        this.address = address;
        this.endpoint = endpoint;
        this.connection = new Connection(address);
    }

    /** Returns one agent with its instances. */
    Agent getAgent(String account, String name, Duration timeout) {
        GetAgentRequest request =
                GetAgentRequest.newBuilder().setAccountId(account).setName(name).build();
        return call("GetAgent", request, GetAgentResponse.parser(), timeout).getAgent();
    }

    /** Returns the matching agents, best first, without those whose card is invalid. */
    List<AgentMatch> find(FindAgentsRequest request) {
        return call("FindAgents", request, FindAgentsResponse.parser(), CALL_TIMEOUT).getMatchesList().stream()
                .filter(RegistryClient::isValid)
                .toList();
    }

    private static boolean isValid(AgentMatch match) {
        try {
            Fields.check(match);
            return true;
        } catch (BotmeshException e) {
            LOG.log(
                    Logger.Level.WARNING,
                    "left out {0}: {1}",
                    Names.shown(match.getCard().getName()),
                    e.getMessage());
            return false;
        }
    }

    RegisterResponse register(RegisterRequest request) {
        return call("Register", request, RegisterResponse.parser(), CALL_TIMEOUT);
    }

    void deregister(String instance, String token) {
        DeregisterRequest request = DeregisterRequest.newBuilder()
                .setInstanceId(instance)
                .setLeaseToken(token)
                .build();
        call("Deregister", request, DeregisterResponse.parser(), Duration.ofSeconds(1));
    }

    /** Reports an instance that did not answer. A failed report is ignored: the instance's lease expires anyway. */
    void reportUnreachable(String instance, String error) {
        ReportUnreachableRequest request = ReportUnreachableRequest.newBuilder()
                .setInstanceId(instance)
                .setError(error)
                .build();
        try {
            call("ReportUnreachable", request, ReportUnreachableResponse.parser(), CALL_TIMEOUT);
        } catch (BotmeshException e) {
            return;
        }
    }

    /** Returns a stub for heartbeats. Connects at once, without the backoff of an earlier failure. */
    RegistryServiceGrpc.RegistryServiceStub streams() {
        connection.channel().resetConnectBackoff();
        return RegistryServiceGrpc.newStub(connection.channel()).withMaxInboundMessageSize(Limits.TRANSPORT_BYTES);
    }

    /** Watches the agents. Passes responses as bytes, so that an unparsable response does not end the watch. */
    void watch(WatchAgentsRequest request, Consumer<byte[]> onNext, Runnable onEnd) {
        connection.channel().resetConnectBackoff();
        ClientCall<byte[], byte[]> call = connection
                .channel()
                .newCall(Wire.method("botmesh.v1.RegistryService/WatchAgents", true, null), CallOptions.DEFAULT);
        call.start(
                new ClientCall.Listener<>() {
                    @Override
                    public void onMessage(byte[] message) {
                        onNext.accept(message);
                        call.request(1);
                    }

                    @Override
                    public void onClose(Status status, Metadata trailers) {
                        onEnd.run();
                    }
                },
                new Metadata());
        call.sendMessage(request.toByteArray());
        call.halfClose();
        call.request(1);
    }

    /** Returns the error for a registry that does not answer. */
    BotmeshException unreachable() {
        return new BotmeshException(
                Reason.REGISTRY_UNREACHABLE,
                "no registry answers at " + address
                        + ": start one with 'botmesh up', or name another (BOTMESH_REGISTRY)",
                Map.of("address", address));
    }

    /** Returns the error for a registry whose snapshot cannot be read. */
    BotmeshException unreadable(String why) {
        return new BotmeshException(
                Reason.INVALID_FIELD,
                "the registry at " + address + " answers, but its snapshot cannot be read: " + why,
                Map.of("field", "response", "address", address));
    }

    private <T extends Message> T call(String method, Message request, Parser<T> parser, Duration timeout) {
        try {
            return connection.control(
                    endpoint, "botmesh.v1.RegistryService/" + method, request, parser, timeout, new Metadata());
        } catch (BotmeshException e) {
            if (e.reason() == Reason.UNSPECIFIED && e.code() == Status.Code.UNAVAILABLE) {
                connection.channel().resetConnectBackoff();
                throw unreachable();
            }
            throw e;
        }
    }

    void close() {
        connection.close();
    }
}
