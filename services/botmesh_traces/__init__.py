"""Traces that `botmesh up` keeps in memory where no other backend is configured: receiver, store, TraceService."""
