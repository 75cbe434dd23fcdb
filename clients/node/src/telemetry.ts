/**
 * The tracer of one process. Spans are exported to OTEL_EXPORTER_OTLP_ENDPOINT if that is set, else to the endpoint
 * that the registry announces. A tracer provider of the application is used unchanged.
 */
import type { Context, Tracer, TracerProvider } from "@opentelemetry/api";
import { defaultResource, resourceFromAttributes } from "@opentelemetry/resources";
import {
  BasicTracerProvider,
  BatchSpanProcessor,
  type ReadableSpan,
  type Span,
  type SpanProcessor,
} from "@opentelemetry/sdk-trace-base";
import { InvalidField } from "./errors.js";
import { reasonOf, warnOnce } from "./warnings.js";

const SCOPE = "botmesh";
const FLUSH_SECONDS = 2;
/** Export delay for the mesh's own receiver, in milliseconds. */
const OWN_DELAY = 300;
/** Maximum number of spans in one export to it; stays well under the message size limit. */
const OWN_BATCH = 256;

/** A span processor whose target is set later. Spans that end before that are dropped. */
class Late implements SpanProcessor {
  inner: SpanProcessor | undefined;

  onStart(span: Span, context: Context): void {
    this.inner?.onStart(span, context);
  }

  onEnd(span: ReadableSpan): void {
    this.inner?.onEnd(span);
  }

  async forceFlush(): Promise<void> {
    await this.inner?.forceFlush();
  }

  async shutdown(): Promise<void> {
    await this.inner?.shutdown();
  }
}

export class Telemetry {
  readonly tracer: Tracer;
  readonly #provider: BasicTracerProvider | undefined;
  readonly #late = new Late();
  #exporting = false;
  #ready: Promise<void> = Promise.resolve();

  /** `own` is the application's tracer provider, if it has one. */
  constructor(service: string, instance = "", own?: TracerProvider) {
    if (own !== undefined) {
      this.#exporting = true;
      this.tracer = own.getTracer(SCOPE);
      return;
    }
    const facts = { "service.name": service, ...(instance !== "" && { "service.instance.id": instance }) };
    const resource = defaultResource().merge(resourceFromAttributes(facts));
    this.#provider = new BasicTracerProvider({ resource, spanProcessors: [this.#late] });
    this.tracer = this.#provider.getTracer(SCOPE);
    this.#exportAsEnvironmentSays();
  }

  /** Exports spans to an endpoint by OTLP over gRPC, unless they are exported already. */
  exportTo(endpoint: string): void {
    if (endpoint === "" || this.#exporting) return;
    this.#exporting = true;
    this.#export(
      { url: `http://${endpoint}`, timeoutMillis: FLUSH_SECONDS * 1000 },
      {
        scheduledDelayMillis: OWN_DELAY,
        maxExportBatchSize: OWN_BATCH,
      },
    );
  }

  /** Exports the remaining spans, within 2 s. */
  async stop(): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, FLUSH_SECONDS * 1000)));
    await Promise.race([late, this.#ready.then(() => this.#provider?.shutdown()).catch(() => undefined)]);
    clearTimeout(timer);
  }

  #exportAsEnvironmentSays(): void {
    const wanted = (process.env["OTEL_TRACES_EXPORTER"] ?? "").trim().toLowerCase();
    const said = process.env["OTEL_EXPORTER_OTLP_ENDPOINT"] ?? process.env["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"];
    if (!["", "otlp", "none"].includes(wanted)) {
      throw new InvalidField(`OTEL_TRACES_EXPORTER is '${wanted}'; Botmesh knows otlp and none`, {
        field: "OTEL_TRACES_EXPORTER",
      });
    }
    const off = wanted === "none" || process.env["OTEL_SDK_DISABLED"]?.toLowerCase() === "true";
    this.#exporting = off || wanted === "otlp" || said !== undefined;
    if (this.#exporting && !off) this.#export({}, {}); // exporter and processor read the OTEL_* variables
  }

  /** Loads the exporter only if it is needed, because it takes longer to load than the rest of the SDK. */
  #export(exporter: object, processor: object): void {
    this.#ready = import("@opentelemetry/exporter-trace-otlp-grpc")
      .then(({ OTLPTraceExporter }) => {
        this.#late.inner = new BatchSpanProcessor(new OTLPTraceExporter(exporter), processor);
      })
      .catch((error: unknown) => {
        warnOnce(`no spans are exported: ${reasonOf(error)}`); // the registry may announce any endpoint
      });
  }
}
