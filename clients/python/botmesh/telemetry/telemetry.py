"""Traces, metrics and logs of one agent or client, through OpenTelemetry.

If the standard OTEL_* variables name an exporter, or the application has set up OpenTelemetry itself, that is used.
Otherwise spans go to the endpoint that the registry names (`botmesh up` keeps them).
"""

import asyncio
import contextlib
import importlib
import logging
import os
import threading
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from opentelemetry import metrics, trace
from opentelemetry.sdk import metrics as sdk_metrics
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider

from botmesh.errors import InvalidField
from botmesh.telemetry.outcome import CallOutcome
from botmesh.telemetry.spans import MeshTracer

_SCOPE = "botmesh"
_FLUSH_SECONDS = 2.0
_SIDES = {True: {"botmesh.side": "caller"}, False: {"botmesh.side": "callee"}}
"""The attribute of a call's side, by whether it is the caller's."""
_OWN_BATCHES = {"schedule_delay_millis": 300, "max_export_batch_size": 256}
"""Settings of the span batches for the mesh's own receiver: spans arrive soon, and batches stay under its limit."""
_MAX_WAITING = 8192
"""Spans that may wait to be exported, unless OTEL_BSP_MAX_QUEUE_SIZE is set: about as many as end in a second at full
speed, with a KiB each. OpenTelemetry's default of 2,048 was too small for 10,000 delegations that end at once."""


class Telemetry:
    """The tracer and the meters of one agent, client or service."""

    def __init__(self, service: str, instance: str = "") -> None:
        """Set up the exporters that the environment names. Without one, spans are exported after `export_to`."""
        self._provider: TracerProvider | None = None
        """OpenTelemetry's own spans, used for every exporter but OTLP over gRPC."""
        self._own: MeshTracer | None = None
        self._meters: metrics.MeterProvider = metrics.get_meter_provider()
        self._own_meters: sdk_metrics.MeterProvider | None = None
        self._exporting = False
        self.tracer: trace.Tracer
        if not isinstance(trace.get_tracer_provider(), trace.ProxyTracerProvider):
            self.tracer = trace.get_tracer(_SCOPE)  # the application's own
            self._exporting = True
        elif os.environ.get("OTEL_SDK_DISABLED", "").lower() == "true":
            self.tracer = trace.NoOpTracer()
            self._exporting = True
        else:
            provider = TracerProvider(resource=_resource(service, instance), shutdown_on_exit=False)
            self.tracer = self._own = MeshTracer(provider)
            self._export_as_environment_says(provider, service, instance)
        self._make_instruments()

    def export_to(self, endpoint: str) -> None:
        """Export spans to `endpoint` by OTLP over gRPC, unless they are exported already."""
        if not endpoint or self._exporting or self._own is None:
            return
        self._exporting = True
        logging.getLogger("opentelemetry.exporter.otlp").setLevel(logging.CRITICAL)  # the receiver may be away
        _export(self._own, _OWN_BATCHES, endpoint=endpoint, insecure=True, timeout=_FLUSH_SECONDS)

    async def stop(self) -> None:
        """Export the last spans and metrics, within 2 s."""
        ending = [part.shutdown for part in (self._own, self._provider, self._own_meters) if part is not None]
        self._own = self._provider = self._own_meters = None
        try:
            async with asyncio.timeout(_FLUSH_SECONDS):
                for shutdown in ending:
                    await _in_daemon_thread(shutdown)
        except TimeoutError:
            logging.getLogger("botmesh").debug("some spans could not be exported in time")

    def observe(self, name: str, unit: str, description: str, value: Callable[[], int]) -> None:
        """Report the result of `value` as a gauge whenever metrics are exported."""

        def read(_: metrics.CallbackOptions) -> Iterable[metrics.Observation]:
            yield metrics.Observation(value())

        self._meters.get_meter(_SCOPE).create_observable_gauge(name, [read], unit, description)

    def open(self, *, at_caller: bool) -> None:
        """Count a work call that begins."""
        self._in_flight.add(1, _SIDES[at_caller])

    def close(self, outcome: CallOutcome) -> None:
        """Record the outcome of a work call in the metrics."""
        side = _SIDES[outcome.at_caller]
        self._in_flight.add(-1, side)
        facts = {**side, "botmesh.agent": outcome.agent, "rpc.response.status_code": outcome.status}
        self._duration.record(outcome.duration, facts)
        self._hops.record(len(outcome.chain.path), side)
        if outcome.error is not None and outcome.is_refusal:
            self._refusals.add(1, {**side, "botmesh.reason": outcome.error.reason})

    def transferred(self, outcome: str) -> None:
        """Count a transfer of a conversation by its outcome."""
        self._transfers.add(1, {"botmesh.outcome": outcome})

    def _make_instruments(self) -> None:
        meter = self._meters.get_meter(_SCOPE)
        self._duration = meter.create_histogram("botmesh.delegation.duration", "s", "Work calls by outcome")
        self._hops = meter.create_histogram("botmesh.delegation.hops", "{hop}", "How deep chains go")
        self._refusals = meter.create_counter("botmesh.refusals", "{refusal}", "Refusals made here, by reason")
        self._transfers = meter.create_counter(
            "botmesh.transfers", "{transfer}", "Transfers of conversations, by outcome"
        )
        self._in_flight = meter.create_up_down_counter("botmesh.delegations.in_flight", "{call}", "Open work calls")

    def _export_as_environment_says(self, provider: TracerProvider, service: str, instance: str) -> None:
        wanted = os.environ.get("OTEL_TRACES_EXPORTER", "").strip().lower()
        endpoint = os.environ.get("OTEL_EXPORTER_OTLP_ENDPOINT")
        traces_endpoint = endpoint or os.environ.get("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
        if wanted == "none":
            self._exporting = True
        elif wanted == "console" or (wanted in ("", "otlp") and (wanted or traces_endpoint)):
            self._exporting = True
            plain = wanted != "console" and _transport("TRACES") == "grpc" and not _limits_spans()
            if plain and self._own is not None:
                _export(self._own, {})
            else:
                self._use_standard_spans(provider, console=wanted == "console")
        elif wanted:
            raise InvalidField(
                f"OTEL_TRACES_EXPORTER is {wanted!r}; Botmesh knows otlp, console and none",
                field="OTEL_TRACES_EXPORTER",
            )
        if endpoint or os.environ.get("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT"):
            self._add_metrics(_resource(service, instance))

    def _use_standard_spans(self, provider: TracerProvider, *, console: bool) -> None:
        # Imported here for the reason in _export. The exporter and the processor read the OTEL_* variables themselves.
        from opentelemetry.sdk.trace.export import BatchSpanProcessor, ConsoleSpanExporter  # noqa: PLC0415

        exporter = ConsoleSpanExporter() if console else _otlp("trace_exporter", "OTLPSpanExporter", "TRACES")
        provider.add_span_processor(BatchSpanProcessor(exporter))
        self._own, self._provider = None, provider
        self.tracer = provider.get_tracer(_SCOPE)

    def _add_metrics(self, resource: Resource) -> None:
        if os.environ.get("OTEL_METRICS_EXPORTER", "otlp").strip().lower() == "none":
            return
        from opentelemetry.sdk.metrics import MeterProvider  # noqa: PLC0415
        from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader  # noqa: PLC0415

        exporter = _otlp("metric_exporter", "OTLPMetricExporter", "METRICS")
        reader = PeriodicExportingMetricReader(exporter)
        self._meters = self._own_meters = MeterProvider([reader], resource=resource, shutdown_on_exit=False)


def _export(tracer: MeshTracer, batches: Mapping[str, Any], **options: Any) -> None:
    """Export a tracer's spans by OTLP over gRPC. OTEL_* variables give the options that are left out."""
    # Imported here because it takes longer than all the rest of the SDK, and a mesh without traces never needs it.
    from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415

    from botmesh.telemetry.otlp import MeshSpanExporter  # noqa: PLC0415

    if "OTEL_BSP_MAX_QUEUE_SIZE" not in os.environ:
        batches = {**batches, "max_queue_size": _MAX_WAITING}
    tracer.export_by(BatchSpanProcessor(MeshSpanExporter(tracer.resource, _SCOPE, **options), **batches))


def _limits_spans() -> bool:
    """Whether the environment limits spans (OTEL_..._LIMIT), which only OpenTelemetry's own spans support."""
    return any(name.startswith("OTEL_") and name.endswith("_LIMIT") for name in os.environ)


def _transport(signal: str) -> str:
    """The protocol that the environment names for a signal: "grpc" or "http"."""
    protocol = os.environ.get(f"OTEL_EXPORTER_OTLP_{signal}_PROTOCOL") or os.environ.get("OTEL_EXPORTER_OTLP_PROTOCOL")
    return "http" if (protocol or "grpc").startswith("http") else "grpc"


def _otlp(module: str, name: str, signal: str) -> Any:
    """Return OpenTelemetry's exporter for the protocol that the environment names.

    Raises:
        InvalidField: the exporter is not installed.
    """
    try:
        exporters = importlib.import_module(f"opentelemetry.exporter.otlp.proto.{_transport(signal)}.{module}")
    except ModuleNotFoundError:
        raise InvalidField(
            "OTEL_EXPORTER_OTLP_PROTOCOL asks for HTTP: install botmesh[otlp-http], or set it to grpc",
            field="OTEL_EXPORTER_OTLP_PROTOCOL",
        ) from None
    return getattr(exporters, name)()


async def _in_daemon_thread(work: Callable[[], None]) -> None:
    """Run `work` in a thread and wait for it. If the wait is cancelled, the process can end before the thread."""
    loop = asyncio.get_running_loop()
    done = asyncio.Event()

    def run() -> None:
        work()
        with contextlib.suppress(RuntimeError):  # the loop has ended meanwhile
            loop.call_soon_threadsafe(done.set)

    threading.Thread(target=run, name="botmesh-telemetry-stop", daemon=True).start()
    await done.wait()


def trace_id_of(span: trace.Span) -> str:
    """Return the span's trace id as 32 hex digits; empty if it has none."""
    context = span.get_span_context()
    return format(context.trace_id, "032x") if context.is_valid else ""


class TraceIdFilter(logging.Filter):
    """Adds the id of the current trace to every log record, as `trace_id`; "-": there is none."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Add the trace id, and keep the record."""
        record.trace_id = trace_id_of(trace.get_current_span()) or "-"
        return True


def _resource(service: str, instance: str) -> Resource:
    facts = {} if os.environ.get("OTEL_SERVICE_NAME") else {"service.name": service}
    return Resource.create({**facts, "service.namespace": "botmesh", "service.instance.id": instance})
