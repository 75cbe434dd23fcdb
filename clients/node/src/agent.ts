/** The API for bot authors: an agent with a name, skills and functions. */
import type { TracerProvider } from "@opentelemetry/api";
import { HealthImplementation } from "grpc-health-check";
import { Endpoint } from "./endpoint.js";
import { AgentClient } from "./agent-client.js";
import { Directory } from "./directory.js";
import { InvalidField } from "./errors.js";
import { AgentCard, Exposure, Skill } from "./generated/botmesh/v1/agent_card.js";
import { Load, Readiness } from "./generated/botmesh/v1/instance.js";
import {
  Functions,
  type NotifyFunction,
  type TaskFunction,
  type TransferFunction,
  type TurnFunction,
} from "./functions.js";
import { boundedServer, listen } from "./grpc-server.js";
import { type Limits, limitsToProto } from "./limits.js";
import { checkAgent, checkId, newId } from "./names.js";
import { reflection } from "./reflection.js";
import { Registration, type State } from "./registration.js";
import { RegistryClient } from "./registry-client.js";
import { AgentServicer } from "./agent-service.js";
import { agentService } from "./serving.js";
import { loadSettings, type Settings } from "./settings.js";
import { Telemetry } from "./telemetry.js";
import { pause } from "./time.js";

const SERVICE = "botmesh.v1.AgentService";
const HEALTH = "grpc.health.v1.Health";
const STOP_GRACE = 0.5;

/** A skill of an agent. Only the id is required. */
export type SkillOptions = Partial<Omit<Skill, "id" | "_unknownFields">> & { id: string };

export interface AgentOptions {
  description?: string;
  skills?: SkillOptions[];
  /** Version of the bot. */
  version?: string;
  /** If true, only agents can call it, and it cannot own a conversation. Default: false. */
  internal?: boolean;
  /** If true, agents of other accounts can call it. Default: false. */
  shared?: boolean;
  tags?: string[];
  /** Languages as BCP 47 tags. */
  languages?: string[];
  /** Limits of this agent. They can only narrow the mesh's limits. */
  limits?: Partial<Limits>;
  /** Number of running tasks from which the instance reports BUSY. Default: never. */
  capacity?: number;
  /** Default: loadSettings(). */
  settings?: Settings;
  /** The application's tracer provider. Default: one that exports to the endpoint of the environment or of the mesh. */
  tracerProvider?: TracerProvider;
}

/** An agent that this process serves. Register functions with the on... methods, then call run() or start(). */
export class Agent {
  readonly card: AgentCard;
  readonly instanceId = newId();
  /** Bound address, host:port; empty before start(). */
  address = "";
  readonly #functions = new Functions();
  readonly #options: AgentOptions;
  #running: Running | undefined;

  /** Creates an agent that is not yet served. Throws InvalidField if a name or a skill id is malformed. */
  constructor(
    readonly name: string,
    options: AgentOptions = {},
  ) {
    this.#options = options;
    this.card = AgentCard.fromPartial({
      name: checkAgent("name", name),
      description: options.description ?? "",
      version: options.version ?? "",
      exposure: options.internal === true ? Exposure.EXPOSURE_INTERNAL : Exposure.EXPOSURE_PUBLIC,
      skills: (options.skills ?? []).map((skill) => Skill.fromPartial({ ...skill, id: checkId("skill", skill.id) })),
      tags: options.tags ?? [],
      languages: options.languages ?? [],
      shared: options.shared ?? false,
      limits: limitsToProto(options.limits ?? {}),
      capabilities: { streaming: true },
    });
  }

  /** Sets the function that answers delegations. */
  onDelegate(answer: TaskFunction): this {
    this.#functions.delegate = answer;
    return this;
  }

  /** Sets the function that answers turns of conversations that this bot owns. Default: the function of onDelegate. */
  onTurn(answer: TurnFunction): this {
    this.#functions.turn = answer;
    return this.#takesConversations();
  }

  /** Sets the function that answers the first turn after a transfer, or after an opening, with this intent. */
  onIntent(intent: string, answer: TurnFunction): this {
    this.#functions.intents.set(intent, answer);
    return this;
  }

  /** Sets the function that accepts or declines offered conversations. Default: accept if the bot answers turns. */
  onTransfer(decide: TransferFunction): this {
    this.#functions.transfer = decide;
    return this.#takesConversations();
  }

  /** Sets the function that takes broadcasts and the results of tasks. */
  onNotify(hear: NotifyFunction): this {
    this.#functions.notify = hear;
    return this;
  }

  /**
   * Starts to serve and to register. The registry may not list the bot yet when this returns; see `listed`.
   *
   * @returns the bound address, host:port.
   * @throws InvalidField if the address cannot be bound, or BotmeshError if the registry refuses the registration.
   */
  async start(): Promise<string> {
    if (this.#running !== undefined) throw new Error(`${this.name} runs already`);
    const running = new Running(this, this.#functions, this.#options);
    this.#running = running;
    try {
      this.address = await running.start();
    } catch (error) {
      await this.stop(0);
      throw error;
    }
    return this.address;
  }

  /** Resolves when the registry has reached the bot at its address. From then on other agents can call it. */
  async listed(): Promise<void> {
    await this.#running?.registration?.listed;
  }

  /**
   * Drains and leaves the mesh. Running work gets `timeout` seconds (default: settings.drainTimeout), then it is
   * cancelled.
   */
  async stop(timeout?: number): Promise<void> {
    const running = this.#running;
    this.#running = undefined;
    await running?.stop(timeout ?? running.settings.drainTimeout);
  }

  /** Serves until SIGTERM (drains, then exits) or SIGINT (exits at once). Exits with code 1 if the start fails. */
  async run(): Promise<void> {
    const asked = new Promise<NodeJS.Signals>((resolve) => {
      for (const name of ["SIGTERM", "SIGINT"] as const) process.once(name, resolve);
    });
    try {
      await this.start();
    } catch (error) {
      console.error(`${this.name}: ${error instanceof Error ? error.message : String(error)}`);
      process.exit(1);
    }
    void this.listed().then(() => {
      console.log(`${this.name} ready at ${this.address} (instance ${this.instanceId})`);
    });
    const signal = await asked;
    // A second signal skips the drain.
    for (const name of ["SIGTERM", "SIGINT"] as const) process.once(name, () => process.exit(1));
    await this.stop(signal === "SIGTERM" ? undefined : 0);
    process.exit(0); // timers of the bot would keep the process alive
  }

  #takesConversations(): this {
    if (this.card.capabilities !== undefined) this.card.capabilities.transfer = true;
    return this;
  }
}

/** The components of a started agent: server, registration, directory and client. */
class Running {
  readonly settings: Settings;
  registration: Registration | undefined;
  readonly #end: Endpoint;
  readonly #registry: RegistryClient;
  readonly #directory: Directory;
  readonly #caller: AgentClient;
  readonly #server = boundedServer();
  readonly #health = new HealthImplementation({ "": "SERVING", [SERVICE]: "SERVING" });

  constructor(
    private readonly agent: Agent,
    functions: Functions,
    private readonly options: AgentOptions,
  ) {
    this.settings = options.settings ?? loadSettings();
    const { settings } = this;
    agent.card.accountId = settings.account;
    this.#end = new Endpoint(
      new Telemetry(agent.name, agent.instanceId, options.tracerProvider),
      settings.account,
      settings,
      options.limits ?? {},
    );
    this.#registry = new RegistryClient(settings.registry, this.#end);
    this.#directory = new Directory(settings.account, this.#registry);
    this.#directory.onLimits = (limits) => {
      this.#end.learn(limits);
    };
    Object.assign(this.#end, {
      agent: agent.name,
      instance: agent.instanceId,
      shared: agent.card.shared,
      targets: this.#directory,
    });
    this.#caller = new AgentClient(this.#end, this.#directory, settings);
    const service = new AgentServicer(agent.card, functions, this.#caller, () => this.#state().readiness);
    this.#server.addService(agentService(), service.implementation());
    this.#health.addToServer(this.#server);
    reflection([SERVICE, HEALTH]).addToServer(this.#server);
  }

  async start(): Promise<string> {
    const { bind } = this.settings;
    const port = await listen(this.#server, bind);
    const host = bind.slice(0, bind.lastIndexOf(":"));
    const address = `${host}:${String(port)}`;
    if (this.settings.advertise === "" && ["0.0.0.0", "[::]"].includes(host)) {
      throw new InvalidField(
        `${address} stands for all addresses of this machine: set BOTMESH_ADVERTISE to the one that others reach`,
        { field: "advertise" },
      );
    }
    const { card, instanceId } = this.agent;
    const advertised = this.settings.advertise || address;
    this.registration = new Registration(this.#registry, card, instanceId, advertised, () => this.#state());
    this.registration.onLimits = (limits) => {
      this.#end.learn(limits);
    };
    this.registration.onTraceEndpoint = (endpoint) => {
      this.#end.telemetry.exportTo(endpoint);
    };
    this.registration.onOpenElsewhere = (open) => {
      this.#end.outgoing.learn(open);
    };
    this.#end.outgoing.onMany = () => this.registration?.tellOpenDelegations();
    await this.registration.start();
    return address;
  }

  async stop(timeout: number): Promise<void> {
    this.#end.draining = true;
    this.registration?.tellSoon();
    if (timeout > 0) for (const name of ["", SERVICE]) this.#health.setStatus(name, "NOT_SERVING");
    await this.#end.works.drain(timeout);
    await this.registration?.stop();
    await this.#directory.close();
    const closed = new AbortController();
    const graceful = new Promise<void>((resolve) => {
      this.#server.tryShutdown(() => {
        resolve();
      });
    });
    await Promise.race([graceful, pause(STOP_GRACE, closed.signal)]);
    closed.abort();
    this.#server.forceShutdown();
    await this.#caller.close();
    this.#registry.close();
    await this.#end.telemetry.stop();
  }

  #state(): State {
    const running = this.#end.works.running.size;
    const busy = running >= (this.options.capacity ?? Number.POSITIVE_INFINITY);
    const readiness = this.#end.draining
      ? Readiness.READINESS_DRAINING
      : busy
        ? Readiness.READINESS_BUSY
        : Readiness.READINESS_READY;
    const load = Load.fromPartial({ inFlight: running, recentFailures: this.#end.stats.recentFailures() });
    return { readiness, load, openDelegations: this.#end.outgoing.report() };
  }
}
