"""Who owns a conversation: the event log, the fold, the transfer.

rules.py says what may happen, fold.py what follows from it, live.py writes it down; conversations.py gets done what
each conversation needs next, with turns.py and routing.py; service.py is the edge.
"""

from botmesh_conversations.component import ConversationsComponent
from botmesh_conversations.service import SERVICE_NAME

__all__ = ["SERVICE_NAME", "ConversationsComponent"]
