"""The console script: runs the command line, or says how to install the extra `mesh` if it is missing."""

from botmesh_service.extra import require_extra

EXIT_USAGE = 2


def main() -> None:
    """Run the command line."""
    require_extra(EXIT_USAGE)
    from botmesh_cli.main import main as run_command  # noqa: PLC0415 - it imports what may be missing

    run_command()
