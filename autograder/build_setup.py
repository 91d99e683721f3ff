"""The lines in front of a session's imports, which install what is not there yet."""

from __future__ import annotations

from autograder.session import EXTRAS, Session
from autograder.settings import Settings

INSTALL = """\
# Run this cell first. On Colab it installs the course's package; elsewhere it is there already.
import importlib.metadata

try:
    importlib.metadata.version("cvlib-course")
except importlib.metadata.PackageNotFoundError:
    %pip install --quiet "cvlib-course @ git+{repository}"
"""
# The same for a session that needs an extra of the package.
INSTALL_EXTRA = """\
# Run this cell first. On Colab it installs what this session needs; elsewhere it is there already.
import importlib.metadata

try:
    for name in ({needed}):
        importlib.metadata.version(name)
except importlib.metadata.PackageNotFoundError:
    %pip install --quiet "cvlib-course[{extras}] @ git+{repository}"
"""
OFFLINE = """
import cvlib.ultralytics_offline  # before ultralytics, which then reports nothing to anybody
"""


def installation(session: Session, settings: Settings) -> str:
    """The lines in front of a session's imports, which install the package where it isn't yet."""
    repository, extras = settings.repository, session.extras
    if not extras:
        return INSTALL.format(repository=repository)
    needed = ", ".join(f'"{name}"' for name in ("cvlib-course", *(EXTRAS[e] for e in extras)))
    source = INSTALL_EXTRA.format(needed=needed, extras=",".join(extras), repository=repository)
    return source + OFFLINE * ("detection" in extras)
