"""Run a notebook with whatever Python runs this: ``run_notebook.py IN OUT``.

Needs nothing but nbclient, so that it works in an environment like Colab's.
"""

from __future__ import annotations

import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient

if __name__ == "__main__":
    source, target = map(Path, sys.argv[1:])
    notebook = nbformat.read(source, as_version=4)
    NotebookClient(
        notebook,
        timeout=300,
        allow_errors=True,
        kernel_name="python3",
        resources={"metadata": {"path": str(source.parent)}},
    ).execute()
    nbformat.write(notebook, target)
