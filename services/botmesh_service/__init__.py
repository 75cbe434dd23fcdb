"""What every service of the mesh shares: problems that are told instead of hidden, background tasks that do not die."""

from botmesh_service.problem_service import SERVICE_NAME, ProblemService
from botmesh_service.problems import Problems
from botmesh_service.supervisor import supervise

__all__ = ["SERVICE_NAME", "ProblemService", "Problems", "supervise"]
