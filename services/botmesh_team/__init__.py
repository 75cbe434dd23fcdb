"""TeamService: asks several agents on behalf of callers whose SDK has no functions for that."""

from botmesh_team.service import SERVICE_NAME, TeamService

__all__ = ["SERVICE_NAME", "TeamService"]
