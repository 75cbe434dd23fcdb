"""Who said what to whom, and what it cost: the message log and the sums, told by both ends of each delegation."""

from botmesh_journal.service import SERVICE_NAME, JournalService
from botmesh_journal.store import Store

__all__ = ["SERVICE_NAME", "JournalService", "Store"]
