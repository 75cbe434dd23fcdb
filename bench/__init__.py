"""Benchmarks: the mesh against bare gRPC and other libraries, and against its own size. `make bench` runs all."""
