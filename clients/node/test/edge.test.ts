import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { connect as connectHttp2, type IncomingHttpHeaders } from "node:http2";
import { connect as connectTcp } from "node:net";
import { after, before, test } from "node:test";
import { Client, credentials, Metadata, type ServiceError, status } from "@grpc/grpc-js";
import { BinaryWriter } from "@bufbuild/protobuf/wire";
import { Agent } from "../src/agent.js";
import { encoded } from "../src/codec.js";
import { DelegateRequest, DelegateResponse } from "../src/generated/botmesh/v1/agent_service.js";
import { boundedServer, listen, MAX_STREAMS } from "../src/grpc-server.js";
import { text } from "../src/parts.js";
import { defaultSettings } from "../src/settings.js";
import { fromServiceError } from "../src/status.js";
import { pause } from "../src/time.js";
import { arrays, bytesIn, objects } from "./hostile.js";
import { rawService } from "./peers.js";

const SERVICE = "/botmesh.v1.AgentService/";
const HELLO = encoded(DelegateRequest, DelegateRequest.fromPartial({ message: { payload: [text("hello")] } }));
const asIs = (bytes: Buffer): Buffer => bytes;

let bot: Agent;
let runs = 0;
let client: Client;
const lost: unknown[] = [];
const note = (error: unknown): void => void lost.push(error);

before(async () => {
  process.on("unhandledRejection", note);
  process.on("uncaughtException", note);
  bot = new Agent("front", { settings: { ...defaultSettings(), registry: "127.0.0.1:1" } }).onDelegate((task) => {
    runs++;
    return task.text;
  });
  await bot.start();
  client = new Client(bot.address, credentials.createInsecure());
});

after(async () => {
  client.close();
  await bot.stop(0);
  process.off("unhandledRejection", note);
  process.off("uncaughtException", note);
});

function unary(method: string, request: Uint8Array, metadata = new Metadata()): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const options = { deadline: Date.now() + 5_000 };
    client.makeUnaryRequest(SERVICE + method, asIs, asIs, Buffer.from(request), metadata, options, (error, answer) => {
      if (error !== null) reject(fromServiceError(error));
      else resolve(answer ?? Buffer.alloc(0));
    });
  });
}

async function streamed(request: Uint8Array): Promise<void> {
  const options = { deadline: Date.now() + 5_000 };
  const path = `${SERVICE}DelegateStream`;
  try {
    for await (const _ of client.makeServerStreamRequest(path, asIs, asIs, Buffer.from(request), options));
  } catch (error) {
    throw fromServiceError(error as ServiceError);
  }
}

function refusal(field: string): object {
  return { reason: "INVALID_FIELD", codeName: "INVALID_ARGUMENT", started: false, metadata: { field }, agent: "front" };
}

const message = (fields: Uint8Array): Uint8Array => bytesIn(1, fields);
const part = (value: Uint8Array): Uint8Array => message(bytesIn(4, bytesIn(4, value)));
const varints = (...numbers: (number | string)[]): Uint8Array => {
  const writer = new BinaryWriter();
  numbers.forEach((number, index) => writer.uint32((index + 1) << 3).int64(number));
  return writer.finish();
};
const nan = Buffer.concat([Buffer.from([0x11]), Buffer.from(new Float64Array([Number.NaN]).buffer)]);

for (const [what, request, field] of [
  ["an enum of 99", message(Buffer.from([24, 99])), "message.message_type"],
  ["33 arrays", part(arrays(33)), "message.payload[0].data"],
  ["49 arrays", part(arrays(49)), "message.payload[0].data"],
  ["5,000 arrays", part(arrays(5_000)), "message.payload[0].data"],
  ["5,000 objects", part(objects(5_000)), "message.payload[0].data"],
  ["the year 9999", message(bytesIn(6, varints(253402300799, 0))), "message.timestamp"],
  ["a time of 63 bits", message(bytesIn(6, varints("9223372036854775807", 0))), "message.timestamp"],
  ["a thousand million nanos", message(bytesIn(6, varints(1, 1e9))), "message.timestamp"],
  ["NaN", part(nan), "message.payload[0].data"],
  ["an id of 5,000 characters", message(bytesIn(12, Buffer.alloc(5_000, "x"))), "message.in_reply_to"],
  ["a name that is no UTF-8", message(bytesIn(1, Buffer.from([0xff]))), "request"],
  ["garbage", randomBytes(64).fill(0xff, 0, 8), "request"],
  ["a message cut short", HELLO.subarray(0, HELLO.length - 2), "request"],
  ["groups in each other", Buffer.alloc(5_000, (100 << 3) | 3), "request"],
] as const) {
  test(`${what} is refused by each method that takes a message, and nothing runs`, async () => {
    const before = runs;
    for (const method of ["Delegate", "Notify", "Transfer"]) {
      await assert.rejects(unary(method, request), refusal(field), method);
    }
    await assert.rejects(streamed(request), refusal(field));
    assert.equal(runs, before);
  });
}

test("a number past 63 bits, and one past 53, are refused by their field", async () => {
  for (const number of ["18446744073709551615", "9223372036854775808", "9007199254740992"]) {
    const after = new BinaryWriter().uint32(16).uint64(number).finish();
    await assert.rejects(streamed(Buffer.concat([HELLO, after])), refusal("after_sequence"));
  }
});

test("a method that is no work looks as well", async () => {
  await assert.rejects(unary("Cancel", bytesIn(4, Buffer.alloc(5_000, "x"))), refusal("reason"));
  for (const method of ["Cancel", "GetCard", "GetStats"]) {
    await assert.rejects(unary(method, Buffer.from([10, 99])), refusal("request"), method);
  }
});

test("a oneof that no version knows is a part that holds nothing", async () => {
  await unary("Delegate", message(bytesIn(4, bytesIn(90, Buffer.from("?")))));
});

test("metadata of ours that are not ASCII are refused by their key, and never taken as absent", async () => {
  for (const key of ["botmesh-path", "botmesh-max-hops", "botmesh-correlation", "botmesh-account", "botmesh-to"]) {
    for (const value of ["caf\u00e9", "\u00ff", "a\tb"]) {
      const error = await overHttp2({ [key]: value });
      assert.deepEqual([error.reason, error.metadata["field"], error.started], ["INVALID_FIELD", key, false], key);
    }
  }
  const of = await overHttp2({ "botmesh-something": "\u00e9" });
  assert.equal(of.metadata["field"], "botmesh-something");
});

/** A call of Delegate with these headers as they are; what it is refused with. */
async function overHttp2(headers: Record<string, string>): Promise<ReturnType<typeof fromServiceError>> {
  const session = connectHttp2(`http://${bot.address}`);
  try {
    const stream = session.request({
      ":method": "POST",
      ":path": `${SERVICE}Delegate`,
      "content-type": "application/grpc",
      te: "trailers",
      ...headers,
    });
    const head = Buffer.alloc(5);
    head.writeUInt32BE(HELLO.length, 1);
    stream.end(Buffer.concat([head, HELLO]));
    const answered = await new Promise<IncomingHttpHeaders>((resolve, reject) => {
      stream.on("error", reject);
      stream.on("trailers", resolve);
      stream.on("response", (first) => {
        if (first["grpc-status"] !== undefined) resolve(first);
      });
      stream.resume();
    });
    assert.equal(answered["grpc-status"], String(status.INVALID_ARGUMENT));
    const metadata = Metadata.fromHttp2Headers(answered);
    const error = { code: status.INVALID_ARGUMENT, details: "", metadata };
    return fromServiceError(Object.assign(new Error(), error));
  } finally {
    session.close();
  }
}

test("a connection has room for a thousand calls, and says so", async () => {
  const session = connectHttp2(`http://${bot.address}`);
  const { maxConcurrentStreams } = await new Promise<{ maxConcurrentStreams?: number }>((resolve) => {
    session.once("remoteSettings", resolve);
  });
  session.close();
  assert.equal(maxConcurrentStreams, MAX_STREAMS);
});

test("a call whose request does not come is ended, one that is served for longer is not", async () => {
  const server = boundedServer(0.2);
  const service = rawService(SERVICE);
  server.addService(service, {
    Delegate: (_: unknown, reply: (error: null, answer: Buffer) => void) => {
      setTimeout(() => {
        reply(null, Buffer.alloc(0));
      }, 500);
    },
  });
  const port = await listen(server, "127.0.0.1:0");
  const session = connectHttp2(`http://127.0.0.1:${String(port)}`);
  const path = { ":method": "POST", ":path": `${SERVICE}Delegate`, "content-type": "application/grpc", te: "trailers" };
  const silent = session.request(path);
  silent.write(Buffer.from([0, 0, 0])); // not even a whole head
  const status = await new Promise((resolve) => {
    silent.on("response", (headers) => {
      resolve(headers["grpc-status"]);
    });
    silent.resume();
  });
  assert.equal(status, "4");
  const other = new Client(`127.0.0.1:${String(port)}`, credentials.createInsecure());
  await new Promise<void>((resolve, reject) => {
    other.makeUnaryRequest(`${SERVICE}Delegate`, asIs, asIs, HELLO, (error) => {
      if (error === null) resolve();
      else reject(error);
    });
  });
  other.close();
  session.destroy();
  server.forceShutdown();
});

test("bytes that are no HTTP/2 end their own connection only", async () => {
  for (let round = 0; round < 5; round++) {
    const [host, port] = bot.address.split(":");
    const socket = connectTcp(Number(port), host);
    socket.on("error", () => undefined);
    socket.resume();
    socket.end(randomBytes(2_000));
    await new Promise((resolve) => socket.setTimeout(2_000, () => socket.destroy()).once("close", resolve));
  }
});

test("after all of that the bot answers, and nothing was left unhandled", async () => {
  const answer = DelegateResponse.decode(await unary("Delegate", HELLO));
  assert.deepEqual(answer.reply?.message?.payload[0]?.content, { $case: "text", text: "hello" });
  await pause(0.05);
  assert.deepEqual(lost, []);
});
