"""The sides that are compared: each a module with what serves and what loads."""
