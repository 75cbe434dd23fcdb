"""Other libraries for calls between agents, each in a virtual environment of its own.

Each module runs in the environment of its library. It imports only the standard library, bench.worker and that library.
"""
