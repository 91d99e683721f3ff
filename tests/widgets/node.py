"""Run a widget's JavaScript in node, to compare what it computes with Python."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

import cvlib.widgets
from cvlib.widgets.base import bundle

WIDGETS = Path(cvlib.widgets.__file__).parent
NODE = shutil.which("node")
needs_node = pytest.mark.skipif(NODE is None, reason="node is not installed")


def run_js(script: str, expression: str, value: Any = None) -> Any:
    """Value of a JavaScript expression that may use the script's names and `given`."""
    code = f"{bundle(WIDGETS / script)}\nconst given = {json.dumps(value)};\n"
    code += f"console.log(JSON.stringify({expression}));"
    assert NODE is not None
    done = subprocess.run(
        [NODE, "--input-type=module", "-"], input=code, capture_output=True, text=True, timeout=30
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
