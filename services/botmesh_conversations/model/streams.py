"""What the streams of conversations, accounts and contacts are called in the log."""


def account_stream(account: str) -> str:
    """The stream of an account's own events. No conversation's id has a slash."""
    return f"account/{account}"


def contact_stream(account: str, contact: str) -> str:
    """The stream of a contact."""
    return f"contact/{account}/{contact}"


def contact_of(stream: str) -> tuple[str, str] | None:
    """The account and the contact of a contact's stream; None: it is another kind of stream."""
    kind, _, rest = stream.partition("/")
    account, slash, contact = rest.partition("/")
    return (account, contact) if kind == "contact" and slash else None


def is_conversation(stream: str) -> bool:
    """Whether a stream is a conversation's."""
    return "/" not in stream
