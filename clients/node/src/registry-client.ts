/** Calls the registry over one channel. Its errors are typed. */
import { type ClientDuplexStream, type ClientReadableStream, Metadata, status } from "@grpc/grpc-js";
import type { Endpoint } from "./endpoint.js";
import { Channel } from "./connection.js";
import { type Codec, encoded } from "./codec.js";
import { BotmeshError, InvalidField, PeerError, RegistryUnreachable } from "./errors.js";
import { REGISTRY_SERVICE as SERVICE } from "./contract.js";
import type { Agent } from "./generated/botmesh/v1/agent.js";
import {
  type AgentMatch,
  type FindAgentsRequest,
  type RegisterRequest,
  type RegisterResponse,
  RegistryServiceDefinition,
  WatchAgentsRequest,
} from "./generated/botmesh/v1/registry_service.js";

const { methods: METHODS } = RegistryServiceDefinition;
/** Timeout of one call to the registry, in seconds. */
export const ASK_TIMEOUT = 5;

export class RegistryClient {
  readonly #channel: Channel;

  constructor(
    readonly address: string,
    private readonly end: Endpoint,
  ) {
    this.#channel = new Channel(address);
  }

  /** Returns an agent with its instances. */
  async getAgent(accountId: string, name: string, timeout = ASK_TIMEOUT): Promise<Agent | undefined> {
    return (await this.#ask(METHODS.getAgent, { accountId, name }, timeout)).agent;
  }

  /** Returns the active agents whose skills match an utterance, best first. */
  async find(request: FindAgentsRequest): Promise<AgentMatch[]> {
    return (await this.#ask(METHODS.findAgents, request)).matches;
  }

  register(request: RegisterRequest): Promise<RegisterResponse> {
    return this.#ask(METHODS.register, request);
  }

  async deregister(instanceId: string, leaseToken: string): Promise<void> {
    await this.#ask(METHODS.deregister, { instanceId, leaseToken }, 1);
  }

  /** Reports an unreachable instance. Errors are ignored, because the lease expires anyway. */
  async reportUnreachable(instanceId: string, error: string): Promise<void> {
    await this.#ask(METHODS.reportUnreachable, { instanceId, error }).catch(() => undefined);
  }

  heartbeat(): ClientDuplexStream<Buffer, Buffer> {
    return this.#channel.both(`${SERVICE}Heartbeat`);
  }

  watch(request: WatchAgentsRequest): ClientReadableStream<Buffer> {
    return this.#channel.responses(`${SERVICE}WatchAgents`, encoded(WatchAgentsRequest, request), new Metadata());
  }

  unreachable(): RegistryUnreachable {
    return new RegistryUnreachable(
      `no registry answers at ${this.address}: start one with 'botmesh up', or name another (BOTMESH_REGISTRY)`,
      { address: this.address },
    );
  }

  /** Returns the error for an answer of the registry that cannot be read. */
  unreadable(why: string): InvalidField {
    const error = new InvalidField(`the registry at ${this.address} answers, but its snapshot cannot be read: ${why}`, {
      field: "response",
      address: this.address,
    });
    error.started = true;
    return error;
  }

  close(): void {
    this.#channel.close();
  }

  async #ask<Q, A>(
    method: { name: string; requestType: Codec<Q>; responseType: Codec<A> },
    request: Q,
    timeout = ASK_TIMEOUT,
  ): Promise<A> {
    try {
      return await this.#channel.ask(this.end, SERVICE + method.name, method, request, timeout);
    } catch (error) {
      if (error instanceof PeerError && error.code === status.UNAVAILABLE) throw this.unreachable();
      throw error instanceof BotmeshError ? error : this.unreachable();
    }
  }
}
