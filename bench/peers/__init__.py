"""Other people's ways to let agents ask each other, each in a virtual environment of its own.

This package is run by their interpreters: it knows the standard library, bench.worker and its own peer, nothing else.
"""
