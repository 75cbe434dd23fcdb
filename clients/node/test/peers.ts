/** A registry and agents that answer in bytes, so that a test can make them say what no library would write. */
import { Server, ServerCredentials, type ServerDuplexStream, type ServerWritableStream } from "@grpc/grpc-js";
import type { sendUnaryData, ServerUnaryCall, ServiceDefinition, ServiceError } from "@grpc/grpc-js";
import { encoded } from "../src/codec.js";
import { contract } from "../src/contract.js";
import { Agent as AgentProto } from "../src/generated/botmesh/v1/agent.js";
import { AskForPersonRequest, CloseConversationRequest } from "../src/generated/botmesh/v1/conversation_service.js";
import { ProbeState } from "../src/generated/botmesh/v1/registry_service.js";
import {
  GetAgentRequest,
  GetAgentResponse,
  HeartbeatRequest,
  HeartbeatResponse,
  RegisterRequest,
  RegisterResponse,
  WatchAgentsResponse,
} from "../src/generated/botmesh/v1/registry_service.js";

type Unary = (call: ServerUnaryCall<Buffer, Buffer>, reply: sendUnaryData<Buffer>) => void;
type Streamed = (call: ServerWritableStream<Buffer, Buffer>) => void;
type Both = (call: ServerDuplexStream<Buffer, Buffer>) => void;

const REGISTRY = "/botmesh.v1.RegistryService/";
const CONVERSATIONS = "/botmesh.v1.ConversationService/";

/** Handlers by method, each of its own kind. */
interface Handlers {
  Register?: Unary;
  Heartbeat?: Both;
  WatchAgents?: Streamed;
  GetAgent?: Unary;
  ReportUnreachable?: Unary;
  Deregister?: Unary;
  Delegate?: Unary;
  Notify?: Unary;
  Cancel?: Unary;
  DelegateStream?: Streamed;
  AskForPerson?: Unary;
  CloseConversation?: Unary;
}

const STREAMS = new Set(["DelegateStream", "WatchAgents", "Heartbeat"]);

/** A service whose handlers take and give bytes. */
export function rawService(prefix: string): ServiceDefinition {
  const asIs = (bytes: Buffer): Buffer => bytes;
  const names = [...contract().methods.keys()].filter((path) => path.startsWith(prefix) && !path.endsWith("/Link"));
  const methods = names.map((path) => {
    const name = path.slice(prefix.length);
    const streams = { requestStream: name === "Heartbeat", responseStream: STREAMS.has(name) };
    const codecs = {
      requestSerialize: asIs,
      requestDeserialize: asIs,
      responseSerialize: asIs,
      responseDeserialize: asIs,
    };
    return [name, { path, ...streams, ...codecs }];
  });
  return Object.fromEntries(methods) as ServiceDefinition;
}

/** A server of services, by prefix, at a free port of loopback. */
export async function serve(services: Record<string, Handlers>): Promise<[Server, string]> {
  const server = new Server();
  for (const [prefix, handlers] of Object.entries(services)) server.addService(rawService(prefix), { ...handlers });
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, bound) => {
      if (error === null) resolve(bound);
      else reject(error);
    });
  });
  return [server, `127.0.0.1:${String(port)}`];
}

/** A conversation service that notes what it is asked, and answers in bytes. */
export class FakeConversations {
  address = "";
  readonly persons: AskForPersonRequest[] = [];
  readonly closes: CloseConversationRequest[] = [];
  /** What is answered to the next requests for a person; an error is what the call fails with. */
  answers: (Buffer | Partial<ServiceError>)[] = [];
  #server: Server | undefined;

  readonly handlers: Handlers = {
    AskForPerson: (call, reply) => {
      this.persons.push(AskForPersonRequest.decode(call.request));
      const answer = this.answers.shift() ?? Buffer.alloc(0);
      if (Buffer.isBuffer(answer)) reply(null, answer);
      else reply(answer);
    },
    CloseConversation: (call, reply) => {
      this.closes.push(CloseConversationRequest.decode(call.request));
      reply(null, Buffer.alloc(0));
    },
  };

  async start(): Promise<this> {
    [this.#server, this.address] = await serve({ [CONVERSATIONS]: this.handlers });
    return this;
  }

  stop(): void {
    this.#server?.forceShutdown();
  }
}

/** A registry that lists what it is given, and says what it is told. */
export class FakeRegistry {
  address = "";
  /** What the next watches say at once, a list for each; the last one holds for all that follow. */
  watches: Buffer[][] = [];
  watched = 0;
  /** What heartbeats are answered. */
  heartbeats: Buffer[] = [];
  heard = 0;
  /** The last heartbeats, up to 100. */
  readonly beats: HeartbeatRequest[] = [];
  /** How long instances wait between two heartbeats, in milliseconds. */
  interval = 50;
  /** Answers at the registry's address, as in a mesh. */
  readonly conversations = new FakeConversations();
  /** What Register answers; the last one holds for all that follow. */
  registers: Buffer[] = [];
  readonly agents: AgentProto[] = [];
  #server: Server | undefined;

  async start(): Promise<this> {
    const handlers: Handlers = {
      Register: (call, reply) => {
        const { card, instanceId, address: at } = RegisterRequest.decode(call.request);
        const instance = { instanceId, accountId: card?.accountId ?? "", agent: card?.name ?? "", address: at };
        this.agents.push(AgentProto.fromPartial({ card, instances: [instance] }));
        const seconds = Math.floor(this.interval / 1000);
        const lease = { heartbeatInterval: { seconds, nanos: (this.interval % 1000) * 1_000_000 } };
        const usual = encoded(RegisterResponse, RegisterResponse.fromPartial({ lease }));
        reply(null, this.registers.shift() ?? usual);
      },
      Heartbeat: (call) => {
        call.on("data", (bytes: Buffer) => {
          this.heard++;
          if (this.beats.push(HeartbeatRequest.decode(bytes)) > 100) this.beats.shift();
          const probe = ProbeState.PROBE_STATE_PASSED;
          call.write(this.heartbeats.shift() ?? encoded(HeartbeatResponse, HeartbeatResponse.fromPartial({ probe })));
        });
        call.on("error", () => undefined);
        call.on("end", () => {
          call.end();
        });
      },
      WatchAgents: (call) => {
        this.watched++;
        for (const bytes of (this.watches.length > 1 ? this.watches.shift() : this.watches[0]) ?? [this.snapshot()]) {
          call.write(bytes);
        }
        call.on("error", () => undefined);
      },
      GetAgent: (call, reply) => {
        const { name } = GetAgentRequest.decode(call.request);
        const agent = this.agents.find(({ card }) => card?.name === name);
        reply(null, encoded(GetAgentResponse, GetAgentResponse.fromPartial({ agent })));
      },
      ReportUnreachable: (_, reply) => {
        reply(null, Buffer.alloc(0));
      },
      Deregister: (_, reply) => {
        reply(null, Buffer.alloc(0));
      },
    };
    [this.#server, this.address] = await serve({ [REGISTRY]: handlers, [CONVERSATIONS]: this.conversations.handlers });
    return this;
  }

  /** A whole snapshot of what is listed. */
  snapshot(): Buffer {
    const cards = this.agents.flatMap(({ card }) => (card === undefined ? [] : [card]));
    const snapshot = { cards, instances: this.agents.flatMap(({ instances }) => instances), complete: true };
    const response = { revision: "i:1", event: { $case: "snapshot" as const, snapshot } };
    return encoded(WatchAgentsResponse, WatchAgentsResponse.fromPartial(response));
  }

  /** List an agent at an address. */
  list(name: string, address: string, instanceId = `${name}-1`): void {
    const card = { name, accountId: "default", skills: [{ id: "s" }] };
    const instance = { instanceId, accountId: "default", agent: name, address };
    this.agents.push(AgentProto.fromPartial({ card, instances: [instance] }));
  }

  stop(): void {
    this.#server?.forceShutdown();
  }
}

/** An agent that answers in bytes; what it was called with. */
export class FakeAgent {
  address = "";
  readonly calls: string[] = [];
  /** What streams were called with as botmesh-open. */
  readonly opens: unknown[] = [];
  #server: Server | undefined;

  /** `events`: what each stream says, after which it ends if `ends`; otherwise it is silent. */
  constructor(
    private readonly reply: Uint8Array,
    private readonly events: Uint8Array[] = [],
    private readonly ends = false,
  ) {}

  async start(): Promise<this> {
    const unary =
      (name: string): Unary =>
      (_, reply) => {
        this.calls.push(name);
        reply(null, name === "Cancel" ? Buffer.alloc(0) : Buffer.from(this.reply));
      };
    const handlers: Handlers = {
      Delegate: unary("Delegate"),
      Notify: unary("Notify"),
      Cancel: unary("Cancel"),
      DelegateStream: (call) => {
        this.calls.push("DelegateStream");
        this.opens.push(call.metadata.get("botmesh-open")[0]);
        call.on("error", () => undefined);
        call.on("cancelled", () => this.calls.push("cancelled"));
        for (const bytes of this.events) call.write(Buffer.from(bytes));
        if (this.ends) call.end();
      },
    };
    [this.#server, this.address] = await serve({ "/botmesh.v1.AgentService/": handlers });
    return this;
  }

  stop(): void {
    this.#server?.forceShutdown();
  }
}
