"""Source extraction in a real IPython shell, the engine of every notebook kernel."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

PROGRAM = """
import sys, json
from IPython.core.interactiveshell import InteractiveShell

shell = InteractiveShell.instance(user_module=sys.modules["__main__"])
cells = json.loads(sys.stdin.read())
for cell in cells:
    result = shell.run_cell(cell, store_history=True)
"""

CELLS = [
    "import math\nimport json",
    "%time 1 + 1",
    "WIDTH = 3",
    "%%time\ndef helper(x):\n    return math.floor(x) * WIDTH",
    "class Net:\n    def size(self):\n        return 'old'",
    "class Net:\n    def size(self):\n        return helper(2.5)",
    "names = !ls",
    "1 / 0\nclass Net:\n    pass",
    "def fl_train(model, env, out_dir, logger=None):\n    return {'weights': {}, 'samples': model.size()}",
    "from roundelay.source import extract_source\n"
    "text = extract_source(Net, train_fn='fl_train', validate_fn='fl_validate').files['model_def.py']\n"
    "print('-----')\nprint(text)",
]


def test_cells_with_magics_errors_and_second_versions(tmp_path: Path) -> None:

    ran = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        input=json.dumps(CELLS),
        env={
            "PYTHONPATH": str(Path(__file__).parents[1] / "src"),
            "HOME": str(tmp_path),
            "IPYTHONDIR": str(tmp_path),
            "PATH": "",
        },
        capture_output=True,
        text=True,
        check=True,
    )

    text = ran.stdout.partition("-----\n")[2]
    names: dict[str, object] = {}
    exec(compile(text, "model_def.py", "exec", dont_inherit=True), names)
    assert names["fl_train"](names["Net"](), {}, "") == {"weights": {}, "samples": 6}  # type: ignore[operator]
    assert "old" not in text and "json" not in text and "roundelay" not in text
