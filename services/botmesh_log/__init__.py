"""The event log: an interface of four methods, an SQLite log and a log in memory, and streams that fold events."""
