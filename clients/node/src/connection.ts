/** gRPC channels for calls with serialized requests and responses, so that the size policy sees exact sizes. */
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
  "grpc.enable_http_proxy": 0, // instances are called directly, even if http_proxy is set
  "grpc.enable_retries": 0, // the SDK retries, because it knows which calls may be repeated
  "grpc.keepalive_permit_without_calls": 1,
  "grpc.initial_reconnect_backoff_ms": 100,
  "grpc.max_reconnect_backoff_ms": 1_000,
  "grpc.use_local_subchannel_pool": 1, // do not share the backoff of other channels
};

/** Maximum deadline of a call, in seconds: 366 days. Stands for "no deadline", because dates after 9999 are invalid. */
const LONGEST = 366 * 24 * 3600;

const asIs = (bytes: Buffer): Buffer => bytes;

/** Creates a channel. Throws Unreachable if the address, which a peer may have sent, is malformed. */
export function channelTo(address: string): Channel {
  try {
    return new Channel(address);
  } catch {
    throw new Unreachable(`'${address.slice(0, 80)}' is no address`, { address });
  }
}

/** Returns the wall-clock time in so many seconds, at most 366 days from now. */
function at(seconds: number): Date {
  return new Date(Date.now() + Math.min(seconds, LONGEST) * 1000);
}

/** A gRPC channel to one address. It connects at the first call. */
export class Channel {
  readonly #client: Client;

  constructor(readonly address: string) {
    this.#client = new Client(address, credentials.createInsecure(), OPTIONS);
  }

  /** Connects. Returns false if there is no connection after `timeout` seconds. */
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

  /** Makes a unary call with a timeout in seconds. Aborting the signal cancels it. */
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

  /** Makes a server-streaming call. `timeout` is in seconds; without it the call has no deadline. */
  responses(method: string, request: Buffer, metadata: Metadata, timeout?: number): ClientReadableStream<Buffer> {
    const options = timeout === undefined ? {} : { deadline: at(timeout) };
    return this.#client.makeServerStreamRequest(method, asIs, asIs, request, metadata, options);
  }

  /** Makes a bidirectional call without a deadline. */
  both(method: string): ClientDuplexStream<Buffer, Buffer> {
    return this.#client.makeBidiStreamRequest(method, asIs, asIs, new Metadata());
  }

  /** Calls a control method of a service and runs its policies. Throws BotmeshError. */
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
