"""Spans as the mesh hands them to whoever exports them."""

from typing import Any

from opentelemetry.sdk.trace import SpanProcessor
from opentelemetry.trace import SpanKind


class Recorded(SpanProcessor):
    """All spans of some parts of the mesh that have ended."""

    def __init__(self) -> None:
        self.spans: list[Any] = []

    def on_end(self, span: Any) -> None:
        self.spans.append(span)

    def watch(self, *telemetries: Any) -> None:
        for telemetry in telemetries:
            telemetry.tracer.export_by(self)

    def one(self, kind: SpanKind, agent: str) -> Any:
        (found,) = [s for s in self.spans if s.kind is kind and s.attributes["botmesh.agent"] == agent]
        return found
