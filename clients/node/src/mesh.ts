/** A client of the mesh. Each delegation starts a chain. */
import type { TracerProvider } from "@opentelemetry/api";
import { Delegator, type Options } from "./delegator.js";
import { Endpoint } from "./endpoint.js";
import { AgentClient } from "./agent-client.js";
import { currentContext, type Invocation } from "./invocation.js";
import { rootChain } from "./chain.js";
import { Directory } from "./directory.js";
import type { Agent } from "./generated/botmesh/v1/agent.js";
import { Message } from "./generated/botmesh/v1/message.js";
import { checkId } from "./names.js";
import { RegistryClient } from "./registry-client.js";
import { loadSettings, type Settings } from "./settings.js";
import { Telemetry } from "./telemetry.js";

export class Mesh extends Delegator {
  protected readonly caller: AgentClient;
  readonly #end: Endpoint;
  readonly #registry: RegistryClient;

  /** Use `connect` to create a Mesh. */
  constructor(name: string, settings: Settings, tracerProvider?: TracerProvider) {
    super();
    this.#end = new Endpoint(new Telemetry(name, "", tracerProvider), settings.account, settings);
    this.#registry = new RegistryClient(settings.registry, this.#end);
    const directory = new Directory(settings.account, this.#registry);
    directory.onLimits = (limits) => {
      this.#end.learn(limits);
    };
    directory.onTraceEndpoint = (endpoint) => {
      this.#end.telemetry.exportTo(endpoint);
    };
    this.#end.targets = directory;
    this.caller = new AgentClient(this.#end, directory, settings);
  }

  /** Resolves when the directory has its first snapshot. Throws RegistryUnreachable after 5 s. */
  async ready(): Promise<void> {
    await this.caller.directory.ready();
  }

  /** Returns the agents of the directory, sorted by account and name. */
  agents(): Agent[] {
    return this.caller.directory.agents();
  }

  /** Closes all connections and exports the remaining spans. */
  async close(): Promise<void> {
    await this.caller.directory.close();
    await this.caller.close();
    this.#registry.close();
    await this.#end.telemetry.stop();
  }

  protected override begin(target: string, options: Options): Invocation {
    const conversationId =
      options.conversationId === undefined ? "" : checkId("conversation_id", options.conversationId);
    return {
      target,
      message: Message.create(),
      chain: rootChain(this.#end.account, conversationId),
      timeout: options.timeout,
      deadline: undefined,
      parent: currentContext(),
      work: undefined,
      signal: options.signal,
    };
  }
}

/**
 * Connects to a mesh. `settings` default to the environment. `name` is the client's name in traces.
 *
 * @throws RegistryUnreachable if no registry answers within 5 s.
 */
export async function connect(
  options: { name?: string; settings?: Settings; tracerProvider?: TracerProvider } = {},
): Promise<Mesh> {
  const mesh = new Mesh(options.name ?? "botmesh-client", options.settings ?? loadSettings(), options.tracerProvider);
  try {
    await mesh.ready();
  } catch (error) {
    await mesh.close();
    throw error;
  }
  return mesh;
}
