"""Keeps the newest traces of a mesh in memory; `botmesh up` uses it unless an OTLP backend is configured.

receiver   receives spans by OTLP
store      keeps the newest traces
spans      converts OTLP's spans to the contract's
service    TraceService: lists and returns traces
"""

from botmesh_traces.receiver import SERVICE_NAME as OTLP
from botmesh_traces.receiver import Receiver
from botmesh_traces.service import SERVICE_NAME, TraceService
from botmesh_traces.store import TraceStore

__all__ = ["OTLP", "SERVICE_NAME", "Receiver", "TraceService", "TraceStore"]
