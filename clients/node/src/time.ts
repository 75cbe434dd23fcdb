/** Waiting: for a while, or not longer than a stream may be silent. */
import { StreamIdle } from "./errors.js";

/** A pause of so many seconds that an abort ends early. */
export function pause(seconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, seconds * 1000);
    if (signal?.aborted === true) done();
    else signal?.addEventListener("abort", done, { once: true });
  });
}

/** What `next` gives, or StreamIdle if that takes longer than so many seconds. */
export function withinIdleLimit<T>(next: Promise<T>, idle: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const silent = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const text = `the stream was silent for ${String(idle)} s: send progress in between`;
      reject(new StreamIdle(text, { limit: idle }));
    }, idle * 1000);
  });
  return Promise.race([next, silent]).finally(() => {
    clearTimeout(timer);
  });
}
