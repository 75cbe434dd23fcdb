"""`python -m botmesh_conversations`: runs the conversations as a process of its own."""

from botmesh_service.extra import require_extra


def main() -> None:
    """Run the command, or say how to install the extra `mesh` if it is missing."""
    require_extra()
    from botmesh_conversations.command import main as run_command  # noqa: PLC0415 - it imports what may be missing

    run_command()


if __name__ == "__main__":
    main()
