"""gRPC's context of a served call. The class has type arguments for type checkers, and none at run time."""

from typing import TYPE_CHECKING, Any, TypeAlias

import grpc

if TYPE_CHECKING:
    ServicerContext: TypeAlias = grpc.aio.ServicerContext[Any, Any]
else:
    ServicerContext = grpc.aio.ServicerContext

__all__ = ["ServicerContext"]
