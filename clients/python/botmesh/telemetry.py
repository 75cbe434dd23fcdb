"""Traces, metrics and logs of one agent or client, by OpenTelemetry.

Where the standard OTEL_* variables name an exporter, or the application has set up its own OpenTelemetry,
that is used. Otherwise spans go to the endpoint that the registry names (`botmesh up` keeps them).
"""

import asyncio
import contextlib
import importlib
import logging
import os
import threading
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from opentelemetry import metrics, trace
from opentelemetry.sdk import metrics as sdk_metrics
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider

from botmesh.errors import InvalidField

if TYPE_CHECKING:
    from botmesh.interceptors.call import Call

_SCOPE = "botmesh"
_FLUSH_SECONDS = 2.0
_OWN_DELAY_MS = 300
"""How long spans are held back for the mesh's own receiver: `botmesh trace --last` should find them."""
_OWN_BATCH = 256
"""Spans in one export to the mesh's own receiver: well under the message size limit."""


class Telemetry:
    """The tracer and the meters of one named part of the mesh."""

    def __init__(self, service: str, instance: str = "") -> None:
        """Set up what the environment asks for; nothing is exported before that or `export_to` says where."""
        self._provider: TracerProvider | None = None
        self._meters: metrics.MeterProvider = metrics.get_meter_provider()
        self._own_meters: sdk_metrics.MeterProvider | None = None
        self._exporting = False
        if not isinstance(trace.get_tracer_provider(), trace.ProxyTracerProvider):
            self.tracer = trace.get_tracer(_SCOPE)  # the application's own
            self._exporting = True
        elif os.environ.get("OTEL_SDK_DISABLED", "").lower() == "true":
            self.tracer = trace.NoOpTracer()
            self._exporting = True
        else:
            self._provider = TracerProvider(resource=_resource(service, instance), shutdown_on_exit=False)
            self.tracer = self._provider.get_tracer(_SCOPE)
            self._export_as_environment_says(service, instance)
        self._make_instruments()

    def export_to(self, endpoint: str) -> None:
        """Send spans to `endpoint` by OTLP over gRPC, unless they already go somewhere."""
        if not endpoint or self._exporting or self._provider is None:
            return
        self._exporting = True
        # Imported late: it costs more than all the rest of the SDK, and a mesh without traces never needs it.
        from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter  # noqa: PLC0415
        from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415

        logging.getLogger("opentelemetry.exporter.otlp").setLevel(logging.CRITICAL)  # `up` may be away; work goes on
        self._provider.add_span_processor(
            BatchSpanProcessor(
                OTLPSpanExporter(endpoint=endpoint, insecure=True, timeout=_FLUSH_SECONDS),
                schedule_delay_millis=_OWN_DELAY_MS,
                max_export_batch_size=_OWN_BATCH,
            )
        )

    async def stop(self) -> None:
        """Export what is left, within 2 s."""
        ending = [
            provider.shutdown
            for provider in (self._provider if self._exporting else None, self._own_meters)
            if provider is not None
        ]
        self._provider = self._own_meters = None
        try:
            async with asyncio.timeout(_FLUSH_SECONDS):
                for shutdown in ending:
                    await _in_daemon_thread(shutdown)
        except TimeoutError:
            logging.getLogger("botmesh").debug("some spans could not be exported in time")

    def observe(self, name: str, unit: str, description: str, value: Callable[[], int]) -> None:
        """Report `value()` as a gauge whenever metrics are exported."""

        def read(_: metrics.CallbackOptions) -> Iterable[metrics.Observation]:
            yield metrics.Observation(value())

        self._meters.get_meter(_SCOPE).create_observable_gauge(name, [read], unit, description)

    def open(self, *, at_caller: bool) -> None:
        """A work call began."""
        self._in_flight.add(1, {"botmesh.side": "caller" if at_caller else "callee"})

    def close(self, call: "Call") -> None:
        """A work call ended."""
        side = "caller" if call.at_caller else "callee"
        self._in_flight.add(-1, {"botmesh.side": side})
        facts = {
            "botmesh.side": side,
            "botmesh.agent": call.target or call.end.agent,
            "rpc.response.status_code": "OK" if call.error is None else call.error.status.name,
        }
        self._duration.record(asyncio.get_running_loop().time() - call.began, facts)
        self._hops.record(call.hops, {"botmesh.side": side})
        if call.error is not None and not call.error.started and not call.error.from_peer:
            self._refusals.add(1, {"botmesh.side": side, "botmesh.reason": call.error.reason})

    def transferred(self, outcome: str) -> None:
        """A transfer of a conversation ended: DONE, or why not."""
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

    def _export_as_environment_says(self, service: str, instance: str) -> None:
        wanted = os.environ.get("OTEL_TRACES_EXPORTER", "").strip().lower()
        endpoint = os.environ.get("OTEL_EXPORTER_OTLP_ENDPOINT")
        traces_endpoint = endpoint or os.environ.get("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
        if wanted == "none":
            self._exporting = True
        elif wanted == "console" or (wanted in ("", "otlp") and (wanted or traces_endpoint)):
            self._exporting = True
            self._add_standard_exporter(console=wanted == "console")
        elif wanted:
            raise InvalidField(
                f"OTEL_TRACES_EXPORTER is {wanted!r}; Botmesh knows otlp, console and none",
                field="OTEL_TRACES_EXPORTER",
            )
        if endpoint or os.environ.get("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT"):
            self._add_metrics(_resource(service, instance))

    def _add_standard_exporter(self, *, console: bool) -> None:
        # Imported late, as in export_to. The exporter and the processor read the OTEL_* variables themselves.
        from opentelemetry.sdk.trace.export import BatchSpanProcessor, ConsoleSpanExporter  # noqa: PLC0415

        assert self._provider is not None  # noqa: S101 - the caller has just made it
        exporter = ConsoleSpanExporter() if console else _otlp("trace_exporter", "OTLPSpanExporter", "TRACES")
        self._provider.add_span_processor(BatchSpanProcessor(exporter))

    def _add_metrics(self, resource: Resource) -> None:
        if os.environ.get("OTEL_METRICS_EXPORTER", "otlp").strip().lower() == "none":
            return
        from opentelemetry.sdk.metrics import MeterProvider  # noqa: PLC0415
        from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader  # noqa: PLC0415

        exporter = _otlp("metric_exporter", "OTLPMetricExporter", "METRICS")
        reader = PeriodicExportingMetricReader(exporter)
        self._meters = self._own_meters = MeterProvider([reader], resource=resource, shutdown_on_exit=False)


def _otlp(module: str, name: str, signal: str) -> Any:
    """The standard's exporter for the protocol that the environment names.

    Raises:
        InvalidField: it is not installed.
    """
    protocol = os.environ.get(f"OTEL_EXPORTER_OTLP_{signal}_PROTOCOL") or os.environ.get("OTEL_EXPORTER_OTLP_PROTOCOL")
    transport = "http" if (protocol or "grpc").startswith("http") else "grpc"
    try:
        found = importlib.import_module(f"opentelemetry.exporter.otlp.proto.{transport}.{module}")
    except ModuleNotFoundError:
        raise InvalidField(
            f"OTEL_EXPORTER_OTLP_PROTOCOL is {protocol}: install botmesh[otlp-http], or set it to grpc",
            field="OTEL_EXPORTER_OTLP_PROTOCOL",
        ) from None
    return getattr(found, name)()


async def _in_daemon_thread(work: Callable[[], None]) -> None:
    """Wait for `work`; if the wait is given up, the process does not wait for it at its own end either."""
    loop = asyncio.get_running_loop()
    done = asyncio.Event()

    def run() -> None:
        work()
        with contextlib.suppress(RuntimeError):  # the loop has ended meanwhile
            loop.call_soon_threadsafe(done.set)

    threading.Thread(target=run, name="botmesh-telemetry-stop", daemon=True).start()
    await done.wait()


def trace_id_of(span: trace.Span) -> str:
    """The span's trace id as 32 hex digits; empty if it has none."""
    found = span.get_span_context()
    return format(found.trace_id, "032x") if found.is_valid else ""


class TraceIdFilter(logging.Filter):
    """Gives every log record the id of the trace that it was made in, as `trace_id`."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Let every record pass."""
        record.trace_id = trace_id_of(trace.get_current_span()) or "-"
        return True


def _resource(service: str, instance: str) -> Resource:
    facts = {} if os.environ.get("OTEL_SERVICE_NAME") else {"service.name": service}
    return Resource.create({**facts, "service.namespace": "botmesh", "service.instance.id": instance})
