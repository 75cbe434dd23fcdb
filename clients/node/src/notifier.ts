/** Wakes all waiters at each change of a state that they watch. */
export class Notifier {
  #waiters: (() => void)[] = [];

  /** Resolves at the next call of notifyAll. */
  wait(): Promise<void> {
    return new Promise((resolve) => this.#waiters.push(resolve));
  }

  notifyAll(): void {
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const resolve of waiters) resolve();
  }
}
