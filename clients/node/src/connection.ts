/** Connections, and calls that take and give bytes, so that sizes are exact and cost nothing. */
import {
  Client,
  type ClientDuplexStream,
  type ClientReadableStream,
  connectivityState,
  credentials,
  Metadata,
  type ServiceError,
} from "@grpc/grpc-js";
import { type Call, Call as NewCall } from "./call.js";
import { type Endpoint } from "./endpoint.js";
import { type Codec, decoded, encoded } from "./codec.js";
import { Unreachable } from "./errors.js";
import { REGISTRY_SERVICE } from "./contract.js";
import { sift } from "./fields/sift.js";
import { TRANSPORT_BYTES } from "./limits.js";
import { finish, received, sending, start, succeed } from "./policies/index.js";
import { warnOfLeftOut } from "./warnings.js";

export const KEEPALIVE = {
  "grpc.max_receive_message_length": TRANSPORT_BYTES,
  "grpc.max_send_message_length": TRANSPORT_BYTES,
  "grpc.keepalive_time_ms": 20_000,
  "grpc.keepalive_timeout_ms": 5_000,
};

const OPTIONS = {
  ...KEEPALIVE,
  "grpc.enable_http_proxy": 0, // instances are dialled directly, whatever http_proxy says
  "grpc.enable_retries": 0, // the mesh retries itself: only it knows what is safe to repeat
  "grpc.keepalive_permit_without_calls": 1,
  "grpc.initial_reconnect_backoff_ms": 100,
  "grpc.max_reconnect_backoff_ms": 1_000,
  "grpc.use_local_subchannel_pool": 1, // another channel's backoff is not ours
};

/** The longest deadline of a call, in seconds: gRPC writes no date past the year 9999. */
const LONGEST = 366 * 24 * 3600;

const asIs = (bytes: Buffer): Buffer => bytes;

/** A connection. Throws Unreachable where the address is none: others say where they are. */
export function channelTo(address: string): Channel {
  try {
    return new Channel(address);
  } catch {
    throw new Unreachable(`'${address.slice(0, 80)}' is no address`, { address });
  }
}

/** When a call ends, by the clock of the machine; a year is as good as never. */
function at(seconds: number): Date {
  return new Date(Date.now() + Math.min(seconds, LONGEST) * 1000);
}

/** One connection. */
export class Channel {
  readonly #client: Client;

  constructor(readonly address: string) {
    this.#client = new Client(address, credentials.createInsecure(), OPTIONS);
  }

  /** Whether the connection stands within so many seconds. */
  async connect(timeout: number): Promise<boolean> {
    const channel = this.#client.getChannel();
    const until = Date.now() + timeout * 1000;
    for (;;) {
      const state = channel.getConnectivityState(true);
      if (state === connectivityState.READY) return true;
      if (state === connectivityState.TRANSIENT_FAILURE || state === connectivityState.SHUTDOWN) return false;
      if (Date.now() >= until) return false;
      await new Promise<void>((resolve) => {
        channel.watchConnectivityState(state, until, () => {
          resolve();
        });
      });
    }
  }

  /** A unary call; aborting the signal cancels it. */
  unary(method: string, request: Buffer, metadata: Metadata, timeout: number, signal?: AbortSignal): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      const done = (error: ServiceError | null, response?: Buffer): void => {
        signal?.removeEventListener("abort", cancel);
        if (error !== null) reject(error);
        else resolve(response ?? Buffer.alloc(0));
      };
      const options = { deadline: at(timeout) };
      const rpc = this.#client.makeUnaryRequest(method, asIs, asIs, request, metadata, options, done);
      const cancel = (): void => {
        rpc.cancel();
      };
      if (signal?.aborted === true) cancel();
      signal?.addEventListener("abort", cancel, { once: true });
    });
  }

  /** A call that streams its responses; without a timeout it has no deadline. */
  responses(method: string, request: Buffer, metadata: Metadata, timeout?: number): ClientReadableStream<Buffer> {
    const options = timeout === undefined ? {} : { deadline: at(timeout) };
    return this.#client.makeServerStreamRequest(method, asIs, asIs, request, metadata, options);
  }

  /** A call that streams both ways, without a deadline. */
  both(method: string): ClientDuplexStream<Buffer, Buffer> {
    return this.#client.makeBidiStreamRequest(method, asIs, asIs, new Metadata());
  }

  /** A call of a control method of a service, with its policies around: deadline, size, typed errors. */
  async ask<Q, A>(
    end: Endpoint,
    method: string,
    codecs: { requestType: Codec<Q>; responseType: Codec<A> },
    request: Q,
    timeout: number,
    metadata = new Metadata(),
  ): Promise<A> {
    const call: Call = new NewCall(end, method, "control", true);
    const bytes = encoded(codecs.requestType, request);
    call.timeout = Math.min(timeout, call.limits.maxTimeout);
    call.request = bytes;
    const passed = start(call);
    try {
      sending(call, bytes.length);
      const response = await this.unary(method, bytes, metadata, call.remaining);
      received(call, response);
      if (method.startsWith(REGISTRY_SERVICE)) sift(method, response, warnOfLeftOut);
      const answer = decoded(codecs.responseType, response, "response");
      succeed(call, passed);
      return answer;
    } catch (error) {
      throw finish(call, passed, error);
    }
  }

  close(): void {
    this.#client.close();
  }
}
