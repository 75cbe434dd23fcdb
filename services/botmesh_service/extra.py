"""The extra `mesh` of pyproject.toml: packages that running a mesh needs, and a bot does not."""

import sys
from importlib.util import find_spec

MODULES = ("click", "rich", "yaml", "pydantic", "cronsim")
"""The modules that the extra installs."""
EXIT_MISSING = 1


def require_extra(exit_code: int = EXIT_MISSING) -> None:
    """End the process with `exit_code` and one line on standard error if the extra is not installed."""
    if any(find_spec(module) is None for module in MODULES):
        print('this needs the extra: pip install "botmesh[mesh]"', file=sys.stderr)
        sys.exit(exit_code)
