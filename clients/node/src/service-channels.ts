import { type Channel, channelTo } from "./connection.js";

/** Maximum number of open channels. Callers name the addresses, so the number needs a bound. */
const MAX_CHANNELS = 16;

/** Channels to conversation services by address, reused. The oldest is closed when there are too many. */
export class ServiceChannels {
  readonly #channels = new Map<string, Channel>();

  /** Returns the channel to an address. Throws Unreachable if the address is malformed. */
  get(address: string): Channel {
    let channel = this.#channels.get(address);
    if (channel === undefined) {
      channel = channelTo(address);
      for (const [oldest, idle] of this.#channels) {
        if (this.#channels.size < MAX_CHANNELS) break;
        this.#channels.delete(oldest);
        idle.close(); // its open calls go on
      }
      this.#channels.set(address, channel);
    }
    return channel;
  }

  close(): void {
    for (const channel of this.#channels.values()) channel.close();
  }
}
