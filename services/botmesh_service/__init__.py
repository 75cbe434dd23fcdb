"""What the services of the mesh share: their settings, process, agent clients, problems, paging and background work."""

from botmesh_service.problem_service import SERVICE_NAME, ProblemService
from botmesh_service.problems import Problems
from botmesh_service.supervisor import supervise

__all__ = ["SERVICE_NAME", "ProblemService", "Problems", "supervise"]
