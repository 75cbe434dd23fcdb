"""The console script: without the extra `mesh` it says how to install that, and runs no command."""

import sys
from importlib.util import find_spec

EXTRA = ("click", "rich", "yaml", "pydantic", "cronsim")
"""The modules that the extra `mesh` of pyproject.toml installs."""
EXIT_USAGE = 2


def main() -> None:
    """Run the command line."""
    if any(find_spec(module) is None for module in EXTRA):
        print('The command line needs what running a mesh needs: pip install "botmesh[mesh]"', file=sys.stderr)
        sys.exit(EXIT_USAGE)
    from botmesh_cli.main import main as run_command  # noqa: PLC0415 - it imports what may be missing

    run_command()
