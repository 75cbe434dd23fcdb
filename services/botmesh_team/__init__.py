"""Asks several agents over plain gRPC: TeamService, for whoever has no SDK that does."""

from botmesh_team.service import SERVICE_NAME, TeamService

__all__ = ["SERVICE_NAME", "TeamService"]
