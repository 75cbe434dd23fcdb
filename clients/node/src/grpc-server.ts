/** The gRPC server of a bot: what one connection, and one caller, may take of it. */
import type { Http2Server, IncomingHttpHeaders } from "node:http2";
import { Server, ServerCredentials, ServerInterceptingCall, type ServerInterceptor } from "@grpc/grpc-js";
import { NOT_PRINTABLE, OURS } from "./chain.js";
import { KEEPALIVE } from "./connection.js";
import { DeadlineExpired, InvalidField } from "./errors.js";
import { toStatus } from "./status.js";
import { after } from "./time.js";

/** Calls that one connection may have open. */
export const MAX_STREAMS = 1000;
/** Seconds after which a connection without calls is closed; its caller makes a new one when it needs it. */
const MAX_IDLE = 300;
/** Seconds that a caller may take to send its request: one that never does would hold its call for ever. */
const REQUEST_WAIT = 30;

const PRINTABLE = /^[ -~]*$/;

/** A server with these bounds. */
export function boundedServer(requestWait = REQUEST_WAIT): Server {
  return new Server({
    ...KEEPALIVE,
    "grpc.so_reuseport": 0,
    "grpc.max_concurrent_streams": MAX_STREAMS,
    "grpc.max_connection_idle_ms": MAX_IDLE * 1000,
    interceptors: [withinWait(requestWait)],
  });
}

/** Listen; the port. Throws InvalidField where nobody can listen there. */
export async function listen(server: Server, address: string): Promise<number> {
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync(address, ServerCredentials.createInsecure(), (error, bound) => {
      if (error === null) resolve(bound);
      else reject(new InvalidField(`cannot listen at ${address}: ${error.message}`, { field: "bind" }));
    });
  });
  keepUnprintable(server);
  return port;
}

/** Ends a call whose request has not come in time: gRPC itself would wait for its deadline, if it has one. */
function withinWait(seconds: number): ServerInterceptor {
  return (method, call) => {
    if (method.requestStream) return new ServerInterceptingCall(call);
    let timer: NodeJS.Timeout | undefined;
    const stop = (): void => {
      clearTimeout(timer);
    };
    return new ServerInterceptingCall(call, {
      start(next) {
        timer = after(seconds, () => {
          call.sendStatus(toStatus(tooSlow(method.path, seconds)));
        });
        next({
          onReceiveHalfClose(further) {
            stop();
            further();
          },
          onCancel: stop,
        });
      },
      sendStatus(status, next) {
        stop();
        next(status);
      },
    });
  };
}

function tooSlow(method: string, seconds: number): DeadlineExpired {
  const text = `the request of ${method} did not come within ${String(seconds)} s`;
  const error = new DeadlineExpired(text, { field: "request" });
  error.started = false;
  return error;
}

/**
 * Let the chain hear of metadata of ours that are not printable ASCII: grpc-js drops such a value with a line in the log,
 * and a chain that is malformed would be taken for none. It offers no way to see them, so this looks at the HTTP/2
 * server beneath it, before it does.
 */
function keepUnprintable(server: Server): void {
  const { http2Servers } = server as unknown as { http2Servers: Map<Http2Server, unknown> };
  for (const beneath of http2Servers.keys()) {
    beneath.prependListener("stream", (_, headers: IncomingHttpHeaders) => {
      for (const [key, value] of Object.entries(headers)) {
        if (!key.startsWith(OURS) || key.endsWith("-bin")) continue;
        const isFine = [value].flat().every((one) => one === undefined || PRINTABLE.test(one));
        if (!isFine) headers[key] = NOT_PRINTABLE;
      }
    });
  }
}
