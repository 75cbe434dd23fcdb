/** Counters since the start of the process, for GetStats. */
import { GetStatsResponse } from "./generated/botmesh/v1/agent_service.js";
import { now, toDuration } from "./limits.js";
import type { CallOutcome } from "./outcome.js";

const KEPT = 1000;
const RECENT = 60;

export class Stats {
  readonly #startedAt = Date.now();
  readonly #incoming: Record<string, number> = {};
  readonly #outgoing: Record<string, number> = {};
  readonly #refusals: Record<string, number> = {};
  #latencies: number[] = [];
  #failures: number[] = [];

  /** Counts a work call that has ended. */
  record(outcome: CallOutcome): void {
    const code = outcome.error?.codeName ?? "OK";
    const counts = outcome.atCaller ? this.#outgoing : this.#incoming;
    counts[code] = (counts[code] ?? 0) + 1;
    const { error } = outcome;
    if (error !== undefined && !error.started && !error.fromPeer) {
      this.#refusals[error.reason] = (this.#refusals[error.reason] ?? 0) + 1;
    } else if (!outcome.atCaller) {
      if (this.#latencies.push(now() - outcome.began) > KEPT) this.#latencies.shift();
      if (error !== undefined) this.#failures = [...this.#failures, now()].slice(-KEPT);
    }
  }

  /** Returns the number of work calls that failed here in the last minute. */
  recentFailures(): number {
    const since = now() - RECENT;
    this.#failures = this.#failures.filter((at) => at >= since);
    return this.#failures.length;
  }

  /** Returns the response of GetStats, without the fields that only the agent knows. */
  toProto(): GetStatsResponse {
    const ordered = [...this.#latencies].sort((a, b) => a - b);
    const at = (share: number): number =>
      ordered[Math.min(ordered.length - 1, Math.floor(ordered.length * share))] ?? 0;
    return GetStatsResponse.fromPartial({
      startedAt: { seconds: Math.floor(this.#startedAt / 1000), nanos: (this.#startedAt % 1000) * 1e6 },
      incoming: this.#incoming,
      outgoing: this.#outgoing,
      refusals: this.#refusals,
      medianLatency: toDuration(at(0.5)),
      p95Latency: toDuration(at(0.95)),
    });
  }
}
