"""Virtual environments for other libraries and for plots, installed from lists with hashes."""

import subprocess
import venv
from pathlib import Path

_ROOT = Path(__file__).parents[1] / ".venv" / "bench"
_LISTS = Path(__file__).parent / "locks"


def environment_of(name: str) -> str:
    """Return the interpreter of an environment. Creates it if it is missing or its list has changed.

    Raises:
        CalledProcessError: the installation failed; pip has printed the reason.
    """
    lock = (_LISTS / f"{name}.lock").read_text(encoding="utf-8")
    folder = _ROOT / name
    done = folder / "installed"
    python = folder / "bin" / "python"
    if not done.exists() or done.read_text(encoding="utf-8") != lock:
        venv.create(folder, with_pip=True, clear=True)
        install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes", "-r"]
        subprocess.run([str(python), *install, str(_LISTS / f"{name}.lock")], check=True)  # noqa: S603 - our own list
        done.write_text(lock, encoding="utf-8")
    return str(python)
