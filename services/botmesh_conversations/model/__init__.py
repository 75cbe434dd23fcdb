"""What a conversation is and what may happen to it. Pure: no I/O, no asyncio, no gRPC."""
