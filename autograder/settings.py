"""Where things are: the course's folders and the address of its repository.

The settings of a course stand in its ``course/course.toml``; the folders are nbgrader's
own names below the course's root.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, replace
from pathlib import Path

from autograder.errors import CourseError


@dataclass(frozen=True)
class Settings:
    """The folders and addresses of one course.

    Attributes:
        root: the folder with ``course/``.
        data: the folder below which submissions, grades and reports are kept; the root
            itself, but for demonstrations.
        repository: https address of the public repository with the released notebooks.
        branch: its branch that Colab opens.
    """

    root: Path
    data: Path
    repository: str
    branch: str = "main"

    @property
    def course(self) -> Path:
        """The sessions' text."""
        return self.root / "course"

    @property
    def source(self) -> Path:
        """Notebooks with solutions."""
        return self.data / "source"

    @property
    def release(self) -> Path:
        """Notebooks as students get them."""
        return self.data / "release"

    @property
    def submitted(self) -> Path:
        """What students handed in: ``submitted/STUDENT/NN/``."""
        return self.data / "submitted"

    @property
    def autograded(self) -> Path:
        """Executed and scored submissions."""
        return self.data / "autograded"

    @property
    def feedback(self) -> Path:
        """What goes back to the students."""
        return self.data / "feedback"

    @property
    def reports(self) -> Path:
        """What the class did, for the instructor."""
        return self.data / "reports"

    @property
    def gradebook(self) -> Path:
        """nbgrader's database."""
        return self.data / "gradebook.db"

    def colab_link(self, number: str, name: str) -> str:
        """The address that opens a released notebook in Colab."""
        place = self.repository.removeprefix("https://github.com/")
        return (
            f"https://colab.research.google.com/github/{place}/blob/{self.branch}"
            f"/release/{number}/{name}.ipynb"
        )

    def at(self, data: Path) -> Settings:
        """The same course with its data kept below another folder."""
        return replace(self, data=data)


def load_settings(root: Path) -> Settings:
    """Read ``course/course.toml`` below `root`.

    Raises:
        CourseError: when the file is missing or not understood.
    """
    path = root / "course" / "course.toml"
    try:
        read = tomllib.loads(path.read_text(encoding="utf-8"))
        address, branch = read["repository"], read.get("branch", "main")
        if not isinstance(address, str) or not isinstance(branch, str):
            raise KeyError("repository and branch must be texts")
        return Settings(root, root, address, branch)
    except FileNotFoundError:
        raise CourseError(f"{path}: not found; run `course` in the course's root") from None
    except (tomllib.TOMLDecodeError, KeyError, UnicodeDecodeError) as error:
        raise CourseError(f"{path}: can't be understood: {error}") from None
