/** What a bot author writes against: a name, skills, a few functions, run(). */
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

/** Something that an agent can do. */
export type SkillOptions = Partial<Omit<Skill, "id" | "_unknownFields">> & { id: string };

export interface AgentOptions {
  /** What it is for. */
  description?: string;
  skills?: SkillOptions[];
  /** The bot's own version. */
  version?: string;
  /** Whether only other agents reach it: it never owns a conversation. */
  internal?: boolean;
  /** Whether other accounts see it. */
  shared?: boolean;
  tags?: string[];
  /** BCP 47 tags. */
  languages?: string[];
  /** Narrower limits than the mesh's. */
  limits?: Partial<Limits>;
  /** With this many tasks running it says that it is busy; default never. */
  capacity?: number;
  /** Default: read from the environment. */
  settings?: Settings;
  /** The application's own; default one that exports as the environment or the mesh says. */
  tracerProvider?: TracerProvider;
}

/** A bot: what it is called, what it can do, and the functions that do it. */
export class Agent {
  readonly card: AgentCard;
  readonly instanceId = newId();
  /** Where it listens, once it has started. */
  address = "";
  readonly #functions = new Functions();
  readonly #options: AgentOptions;
  #running: Running | undefined;

  /** Throws InvalidField where a name is malformed. */
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

  /** Do the tasks that are delegated to this bot. */
  onDelegate(answer: TaskFunction): this {
    this.#functions.delegate = answer;
    return this;
  }

  /** Answer the contacts whose conversations this bot owns; a bot without one answers as to a delegation. */
  onTurn(answer: TurnFunction): this {
    this.#functions.turn = answer;
    return this.#takesConversations();
  }

  /** Answer the first turn of a transfer that names `intent`. */
  onIntent(intent: string, answer: TurnFunction): this {
    this.#functions.intents.set(intent, answer);
    return this;
  }

  /** Decide about offered conversations. */
  onTransfer(decide: TransferFunction): this {
    this.#functions.transfer = decide;
    return this.#takesConversations();
  }

  /** Hear what is broadcast to this bot. */
  onNotify(hear: NotifyFunction): this {
    this.#functions.notify = hear;
    return this;
  }

  /** Serve and register; the address as bound. The registry may still be on its way (see listed). */
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

  /** Return when the registry has found the bot at its address: others can call it from now on. */
  async listed(): Promise<void> {
    await this.#running?.registration?.listed;
  }

  /** Take no new work, give what runs so many seconds (default the drain timeout), and leave. */
  async stop(timeout?: number): Promise<void> {
    const running = this.#running;
    this.#running = undefined;
    await running?.stop(timeout ?? running.settings.drainTimeout);
  }

  /** Serve until SIGTERM (finish what runs, then leave) or Ctrl-C (leave at once). */
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
    for (const name of ["SIGTERM", "SIGINT"] as const) process.once(name, () => process.exit(1)); // nobody wants to wait
    await this.stop(signal === "SIGTERM" ? undefined : 0);
    process.exit(0); // whatever a bot's own timers say
  }

  #takesConversations(): this {
    if (this.card.capabilities !== undefined) this.card.capabilities.transfer = true;
    return this;
  }
}

/** The parts of an agent that serves. */
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
    return { readiness, load };
  }
}
