"""What the streams of conversations, accounts and contacts are called in the log."""


def account_stream(account: str) -> str:
    """The stream of an account's own events. No conversation's id has a slash."""
    return f"account/{account}"


def contact_stream(account: str, contact: str) -> str:
    """The stream of a contact's variables."""
    return f"contact/{account}/{contact}"


def is_conversation(stream: str) -> bool:
    """Whether a stream is a conversation's."""
    return "/" not in stream
