/** The gRPC server of a bot, with bounds per connection and per call. */
import type { Http2Server, IncomingHttpHeaders } from "node:http2";
import { Server, ServerCredentials, ServerInterceptingCall, type ServerInterceptor } from "@grpc/grpc-js";
import { NOT_PRINTABLE, OURS } from "./chain.js";
import { KEEPALIVE } from "./connection.js";
import { DeadlineExpired, InvalidField } from "./errors.js";
import { toStatus } from "./status.js";
import { after } from "./time.js";

/** Maximum number of open calls per connection. */
export const MAX_STREAMS = 1000;
/** Seconds after which a connection without calls is closed. */
const MAX_IDLE = 300;
/** Seconds in which a caller must send its request. Otherwise a silent caller would keep its call open for ever. */
const REQUEST_WAIT = 30;

const PRINTABLE = /^[ -~]*$/;

/** Creates a server with these bounds. `requestWait` is in seconds. */
export function boundedServer(requestWait = REQUEST_WAIT): Server {
  return new Server({
    ...KEEPALIVE,
    "grpc.so_reuseport": 0,
    "grpc.max_concurrent_streams": MAX_STREAMS,
    "grpc.max_connection_idle_ms": MAX_IDLE * 1000,
    interceptors: [withinWait(requestWait)],
  });
}

/** Binds the server and returns its port. Throws InvalidField if the address cannot be bound. */
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

/** Ends a call whose request does not arrive in time. gRPC alone would wait until the deadline, if there is one. */
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
 * Replaces values of botmesh- metadata that are not printable ASCII by NOT_PRINTABLE, so that they are refused. grpc-js
 * drops such a value and logs it, and a call with a malformed chain would start a new chain. grpc-js has no hook for
 * this, so the function listens on its HTTP/2 server.
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
