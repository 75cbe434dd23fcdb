"""ProblemService on the wire."""

import grpc

from botmesh.errors import InvalidField
from botmesh.transport.context import ServicerContext
from botmesh.v1 import problem_service_pb2 as pb
from botmesh.v1.problem_service_pb2_grpc import ProblemServiceServicer, add_ProblemServiceServicer_to_server
from botmesh_service.problems import Problems

SERVICE_NAME = "botmesh.v1.ProblemService"
MAX_LISTED = 500
DEFAULT_LISTED = 100


class ProblemService(ProblemServiceServicer):
    """The edge between gRPC and the problems of a process."""

    def __init__(self, problems: Problems) -> None:
        """Serve the problems in `problems`."""
        self._problems = problems

    def add_to(self, server: grpc.aio.Server) -> None:
        """Serve on `server`."""
        add_ProblemServiceServicer_to_server(self, server)

    async def ListProblems(
        self,
        request: pb.ListProblemsRequest,
        context: ServicerContext,
    ) -> pb.ListProblemsResponse:
        """The newest problems, at most `limit` of them: 100 by default and 500 at most."""
        if request.limit > MAX_LISTED:
            raise InvalidField(f"limit must be 1 to {MAX_LISTED}", field="limit", value=request.limit)
        problems = self._problems.newest(request.limit or DEFAULT_LISTED)
        return pb.ListProblemsResponse(problems=problems, total=self._problems.known)
