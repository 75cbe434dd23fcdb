/** Waiting: for a while, or not longer than a stream may be silent. */
import { StreamIdle } from "./errors.js";

/** The longest timer that Node has; a longer one would go off at once. */
const LONGEST = 2 ** 31 - 1;

/** Run this after so many seconds. */
export function after(seconds: number, run: () => void): NodeJS.Timeout {
  const milliseconds = Math.max(0, seconds) * 1000;
  return setTimeout(run, milliseconds < LONGEST ? milliseconds : LONGEST); // NaN as well
}

/** A pause of so many seconds that an abort ends early. */
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

/** What `next` gives, or StreamIdle if that takes longer than so many seconds. */
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
