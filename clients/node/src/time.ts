/** Timers, pauses and the idle limit of streams. */
import { StreamIdle } from "./errors.js";

/** Maximum timer of Node, in milliseconds. A longer one would fire at once. */
const LONGEST = 2 ** 31 - 1;

/** Calls `run` after so many seconds. */
export function after(seconds: number, run: () => void): NodeJS.Timeout {
  const milliseconds = Math.max(0, seconds) * 1000;
  return setTimeout(run, milliseconds < LONGEST ? milliseconds : LONGEST); // NaN as well
}

/** Resolves after so many seconds, or when the signal is aborted. */
export function pause(seconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", done);
      resolve();
    };
    const timer = after(seconds, done);
    if (signal?.aborted === true) done();
    else signal?.addEventListener("abort", done, { once: true });
  });
}

/** Returns the result of `next`. Throws StreamIdle if that takes longer than `idle` seconds. */
export function withinIdleLimit<T>(next: Promise<T>, idle: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const silent = new Promise<never>((_, reject) => {
    timer = after(idle, () => {
      const text = `the stream was silent for ${String(idle)} s: send progress in between`;
      reject(new StreamIdle(text, { limit: idle }));
    });
  });
  return Promise.race([next, silent]).finally(() => {
    clearTimeout(timer);
  });
}
