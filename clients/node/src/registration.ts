/** Keeps an instance in the registry: registers, sends heartbeats, registers again after an outage, leaves. */
import { randomBytes } from "node:crypto";
import { status } from "@grpc/grpc-js";
import { decoded, encoded } from "./codec.js";
import { BotmeshError } from "./errors.js";
import { REGISTRY_SERVICE } from "./contract.js";
import { sift } from "./fields/sift.js";
import type { AgentCard } from "./generated/botmesh/v1/agent_card.js";
import type { Load, Readiness } from "./generated/botmesh/v1/instance.js";
import {
  HeartbeatRequest,
  HeartbeatResponse,
  type OpenDelegations,
  ProbeState,
  RegisterRequest,
} from "./generated/botmesh/v1/registry_service.js";
import { type Limits, limitsFrom, now, toSeconds } from "./limits.js";
import type { RegistryClient } from "./registry-client.js";
import { asError } from "./status.js";
import { after, pause } from "./time.js";
import { reasonOf, warnOfLeftOut, warnOnce } from "./warnings.js";

/** Seconds between attempts to reach the registry: the first pause and the longest. */
export const BACKOFF = { least: 0.1, most: 2 };
/** Seconds between heartbeats until the registry has reached the instance at its address. */
const UNTIL_LISTED = 0.2;
/** Seconds without an answer, in addition to three intervals, after which a heartbeat stream counts as broken. */
const SILENCE = 5;
/** Minimum seconds between two heartbeats that tell of many open delegations before their time. */
const BETWEEN_EXTRA = 1;
/** Bounds on the heartbeat interval that the registry asks for, in seconds. */
const INTERVAL = { least: 0.05, most: 600 };
const HEARTBEAT = `${REGISTRY_SERVICE}Heartbeat`;

export interface State {
  readiness: Readiness;
  load: Load;
  /** Conversations with several open delegations from this instance. */
  openDelegations: OpenDelegations[];
}

export class Registration {
  onLimits: (limits: Limits) => void = () => undefined;
  onTraceEndpoint: (endpoint: string) => void = () => undefined;
  /** Called with the open delegations of other instances that a heartbeat's answer names; with none after an outage. */
  onOpenElsewhere: (open: readonly OpenDelegations[]) => void = () => undefined;
  /** Resolves when the registry has reached the instance at its address. */
  readonly listed: Promise<void>;
  readonly #request: RegisterRequest;
  readonly #stopping = new AbortController();
  #list: () => void = () => undefined;
  #isListed = false;
  #told = "";
  #soon: () => void = () => undefined;
  #extra: NodeJS.Timeout | undefined;
  #lastExtra = Number.NEGATIVE_INFINITY;
  #kept: Promise<void> = Promise.resolve();

  constructor(
    private readonly registry: RegistryClient,
    card: AgentCard,
    instanceId: string,
    address: string,
    private readonly state: () => State,
  ) {
    this.listed = new Promise((resolve) => (this.#list = resolve));
    // The token is created here, so that a registration whose answer was lost can be repeated.
    const leaseToken = randomBytes(24).toString("base64url");
    this.#request = RegisterRequest.fromPartial({ card, instanceId, address, leaseToken });
  }

  /**
   * Registers, and retries in the background while the registry is down. Throws BotmeshError if the registry refuses.
   */
  async start(): Promise<void> {
    let interval: number | undefined;
    try {
      interval = await this.#register();
    } catch (error) {
      const known = asError(error);
      const away = [status.UNAVAILABLE, status.DEADLINE_EXCEEDED].includes(known.code);
      const unreadable = known.started && !known.fromPeer; // the answer arrived but is invalid
      if (!away && !unreadable && known.reason !== "UNSPECIFIED") throw known;
      const { address } = this.registry;
      console.error(
        unreadable
          ? `the registry at ${address} answers what cannot be used: ${known.message}; trying again`
          : `no registry answers at ${address}: trying again until one does`,
      );
    }
    this.#kept = this.#keep(interval);
  }

  /** Sends a heartbeat now, because the readiness has changed. */
  tellSoon(): void {
    this.#soon();
  }

  /**
   * Sends a heartbeat before its time, because a conversation has many open delegations: at once, or a second after the
   * last such heartbeat.
   */
  tellOpenDelegations(): void {
    this.#extra ??= after(this.#lastExtra + BETWEEN_EXTRA - now(), () => {
      this.#extra = undefined;
      this.#lastExtra = now();
      this.#soon();
    });
  }

  /** Ends the lease. If the registry is down, the lease expires there. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    clearTimeout(this.#extra);
    await this.#kept;
    await this.registry.deregister(this.#request.instanceId, this.#request.leaseToken).catch(() => undefined);
  }

  /** Registers and returns the heartbeat interval in seconds. */
  async #register(): Promise<number> {
    const response = await this.registry.register({ ...this.#request, readiness: this.state().readiness });
    this.onLimits(limitsFrom(response.limits));
    this.onTraceEndpoint(response.traceEndpoint);
    return bounded(toSeconds(response.lease?.heartbeatInterval));
  }

  async #keep(interval: number | undefined): Promise<void> {
    const { signal } = this.#stopping;
    let wait = BACKOFF.least;
    while (!signal.aborted) {
      try {
        interval ??= await this.#register();
        if (await this.#beat(interval)) wait = BACKOFF.least;
      } catch (error) {
        const isAway = error instanceof BotmeshError && error.code === status.UNAVAILABLE;
        if (!isAway) warnOnce(`keeping the lease failed and is tried again: ${reasonOf(error)}`);
      }
      interval = undefined;
      await pause((wait / 2) * (1 + Math.random()), signal);
      wait = Math.min(BACKOFF.most, wait * 2);
    }
  }

  /** Sends heartbeats until the stream breaks. Returns whether one was answered. */
  async #beat(interval: number): Promise<boolean> {
    const stream = this.registry.heartbeat();
    const ended = new AbortController();
    const end = (): void => {
      ended.abort();
      stream.cancel();
    };
    this.#stopping.signal.addEventListener("abort", end, { once: true });
    let silence: NodeJS.Timeout | undefined;
    let answered = false;
    const heard = (): void => {
      clearTimeout(silence);
      silence = after(3 * interval + SILENCE, end);
    };
    heard();
    stream.on("data", (bytes: Buffer) => {
      answered = true;
      heard();
      interval = this.#hear(bytes) ?? interval;
    });
    stream.on("error", end);
    stream.on("end", end);
    try {
      while (!ended.signal.aborted) {
        const { instanceId, leaseToken } = this.#request;
        const request = HeartbeatRequest.fromPartial({ instanceId, leaseToken, ...this.state() });
        stream.write(encoded(HeartbeatRequest, request));
        const soon = new Promise<void>((resolve) => (this.#soon = resolve));
        const rest = new AbortController();
        const seconds = this.#isListed ? interval : Math.min(interval, UNTIL_LISTED);
        await Promise.race([soon, pause(seconds, AbortSignal.any([ended.signal, rest.signal]))]);
        rest.abort();
      }
      return answered;
    } finally {
      clearTimeout(silence);
      this.#stopping.signal.removeEventListener("abort", end);
      end();
      this.onOpenElsewhere([]); // old counts would refuse calls for as long as the registry is down
    }
  }

  /**
   * Applies an answer without its invalid optional fields. Returns the heartbeat interval in seconds, if it has one.
   */
  #hear(bytes: Buffer): number | undefined {
    try {
      sift(HEARTBEAT, bytes, warnOfLeftOut);
      const response = decoded(HeartbeatResponse, bytes, "response");
      if (response.limits !== undefined) this.onLimits(limitsFrom(response.limits));
      this.onOpenElsewhere(response.openElsewhere);
      this.#noteProbe(response);
      const given = response.lease?.heartbeatInterval;
      return given === undefined ? undefined : bounded(toSeconds(given));
    } catch (error) {
      warnOnce(`the registry says what cannot be used: ${reasonOf(error)}`); // it still counts as an answer
      return undefined;
    }
  }

  #noteProbe({ probe, probeError }: HeartbeatResponse): void {
    if (probe === ProbeState.PROBE_STATE_PASSED) {
      this.#isListed = true;
      this.#list();
    } else if (probe === ProbeState.PROBE_STATE_FAILED && probeError !== this.#told) {
      this.#told = probeError;
      console.error(
        `the registry cannot reach this instance at ${this.#request.address}: ${probeError}; ` +
          "set advertise to an address that it can reach",
      );
    }
  }
}

function bounded(seconds: number): number {
  return Math.min(INTERVAL.most, Math.max(INTERVAL.least, seconds));
}
