"""gRPC's context of a served call, with the type arguments that it has for type checkers and not at run time."""

from typing import TYPE_CHECKING, Any, TypeAlias

import grpc

if TYPE_CHECKING:
    ServicerContext: TypeAlias = grpc.aio.ServicerContext[Any, Any]
else:
    ServicerContext = grpc.aio.ServicerContext

__all__ = ["ServicerContext"]
