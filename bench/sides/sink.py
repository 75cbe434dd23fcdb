"""A trace receiver that discards all spans: a collector on another machine would cost this one nothing either."""

import grpc
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse

from bench.worker import serve_until_told

_METHOD = "/opentelemetry.proto.collector.trace.v1.TraceService/Export"


class _Forget(grpc.GenericRpcHandler):
    def service(self, handler_call_details: grpc.HandlerCallDetails) -> grpc.RpcMethodHandler | None:
        if handler_call_details.method != _METHOD:
            return None
        return grpc.unary_unary_rpc_method_handler(_export)


async def _export(_request: bytes, _context: grpc.aio.ServicerContext) -> bytes:
    return ExportTraceServiceResponse().SerializeToString()


async def server() -> None:
    """Serve the receiver."""
    server = grpc.aio.server()
    server.add_generic_rpc_handlers([_Forget()])
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    await serve_until_told(f"127.0.0.1:{port}")
    await server.stop(0)
