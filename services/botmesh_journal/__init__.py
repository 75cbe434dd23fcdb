"""The journal: the message log and the costs of a mesh, reported by both ends of each delegation."""

from botmesh_journal.service import SERVICE_NAME, JournalService
from botmesh_journal.store import Store

__all__ = ["SERVICE_NAME", "JournalService", "Store"]
