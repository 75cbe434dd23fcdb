"""Traces that `botmesh up` keeps in memory where no other backend is configured.

receiver   takes in spans by OTLP
store      keeps the last traces
spans      what the contract makes of OTLP's spans
service    TraceService: gives traces out
"""

from botmesh_traces.receiver import SERVICE_NAME as OTLP
from botmesh_traces.receiver import Receiver
from botmesh_traces.service import SERVICE_NAME, TraceService
from botmesh_traces.store import TraceStore

__all__ = ["OTLP", "SERVICE_NAME", "Receiver", "TraceService", "TraceStore"]
