/** gRPC handlers that decode requests, run the policies around each call, and send typed errors. */
import { once } from "node:events";
import type {
  handleServerStreamingCall,
  handleUnaryCall,
  ServerUnaryCall,
  ServerWritableStream,
  ServiceDefinition,
} from "@grpc/grpc-js";
import { AGENT_SERVICE, Call, classOf } from "./call.js";
import { type Endpoint } from "./endpoint.js";
import { type Codec, decoded, encoded } from "./codec.js";
import { DeadlineExpired } from "./errors.js";
import { AgentServiceDefinition } from "./generated/botmesh/v1/agent_service.js";
import { Message } from "./generated/botmesh/v1/message.js";
import { finish, sending, start, succeed } from "./policies/index.js";
import { asError, toStatus } from "./status.js";
import { after, withinIdleLimit } from "./time.js";

/** Seconds before gRPC's deadline at which a callee ends a call. */
const BEFORE_GRPC = 0.02;

/** A method descriptor of the stubs. */
export interface Method {
  name: string;
  requestType: Codec<unknown>;
  responseType: Codec<unknown>;
  responseStream: boolean;
}

/** A call that is served. `lost` is aborted when its caller is gone. */
export interface Served {
  call: Call;
  lost: AbortSignal;
}

/**
 * Returns AgentService for grpc-js with serialized messages, so that policies see exact sizes and refuse bad requests.
 */
export function agentService(): ServiceDefinition {
  const asIs = (bytes: Buffer): Buffer => bytes;
  const methods = Object.values(AgentServiceDefinition.methods).map((method) => [
    method.name,
    {
      path: AGENT_SERVICE + method.name,
      requestStream: false,
      responseStream: method.responseStream,
      requestSerialize: asIs,
      requestDeserialize: asIs,
      responseSerialize: asIs,
      responseDeserialize: asIs,
    },
  ]);
  return Object.fromEntries(methods) as ServiceDefinition;
}

/** Returns the handler of a unary method: the policies around `serve`. */
export function unary(
  end: Endpoint,
  method: Method,
  serve: (request: never, served: Served) => unknown,
): handleUnaryCall<Buffer, Buffer> {
  return (rpc, reply) => {
    void around(end, method, rpc, async (served, request) => {
      const response = await serve(request as never, served);
      const bytes = encoded(method.responseType, response);
      sending(served.call, bytes.length);
      return bytes;
    }).then(
      (bytes) => {
        reply(null, bytes);
      },
      (error: unknown) => {
        reply(toStatus(asError(error)));
      },
    );
  };
}

/** Returns the handler of a server-streaming method: the policies around `serve`. */
export function streaming(
  end: Endpoint,
  method: Method,
  serve: (request: never, served: Served) => AsyncGenerator,
): handleServerStreamingCall<Buffer, Buffer> {
  return (rpc) => {
    void around(end, method, rpc, async (served, request) => {
      for await (const response of withIdleLimit(serve(request as never, served), served.call)) {
        const bytes = encoded(method.responseType, response);
        sending(served.call, bytes.length);
        if (!rpc.write(bytes)) await once(rpc, "drain", { signal: served.lost });
      }
    }).then(
      () => {
        rpc.end();
      },
      (error: unknown) => {
        rpc.emit("error", toStatus(asError(error)));
      },
    );
  };
}

/** Runs the policies around `serve` and converts every error to a typed one. */
async function around<T>(
  end: Endpoint,
  method: Method,
  rpc: ServerUnaryCall<Buffer, Buffer> | ServerWritableStream<Buffer, Buffer>,
  serve: (served: Served, request: unknown) => Promise<T>,
): Promise<T> {
  const lost = new AbortController();
  rpc.on("cancelled", () => {
    lost.abort();
  });
  const path = AGENT_SERVICE + method.name;
  const call = new Call(end, path, classOf(path, method.responseStream), false);
  call.metadata = rpc.metadata;
  call.request = rpc.request;
  const deadline = rpc.getDeadline();
  const until = deadline instanceof Date ? deadline.getTime() : deadline;
  if (Number.isFinite(until)) call.timeout = beforeGrpc((until - Date.now()) / 1000);
  let request: unknown;
  try {
    request = decoded(method.requestType, rpc.request, "request");
  } catch (error) {
    call.unreadable = asError(error); // the fields policy refuses it
  }
  if (call.kind === "work") call.message = (request as { message?: Message } | undefined)?.message ?? Message.create();
  const passed = start(call);
  const late =
    call.kind === "work"
      ? after(call.remaining, () => {
          // Only this call ends: the work may have a later deadline.
          lost.abort(new DeadlineExpired("the deadline passed before the work was done"));
        })
      : undefined;
  try {
    const result = await serve({ call, lost: lost.signal }, request);
    succeed(call, passed);
    return result;
  } catch (error) {
    throw finish(call, passed, error);
  } finally {
    clearTimeout(late);
  }
}

/** Yields the events. Throws StreamIdle if one takes longer than the idle limit. */
async function* withIdleLimit(events: AsyncGenerator, call: Call): AsyncGenerator {
  try {
    for (;;) {
      const next = await withinIdleLimit(events.next(), call.limits.streamIdleTimeout);
      if (next.done === true) return;
      yield next.value;
    }
  } finally {
    void events.return(undefined).catch(() => undefined);
  }
}

/** Returns slightly fewer seconds than a call has, because an error after gRPC's deadline does not reach the caller. */
function beforeGrpc(seconds: number): number {
  return seconds > 10 * BEFORE_GRPC ? seconds - BEFORE_GRPC : seconds;
}
