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


def run_module(home: Path, cells: list[str]) -> dict[str, object]:
    """Runs cells of which the last one prints the extracted text; returns the names that this text defines."""
    folder = str(home)
    ran = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        input=json.dumps(cells),
        env={
            "PYTHONPATH": str(Path(__file__).parents[1] / "src"),
            "HOME": folder,
            "IPYTHONDIR": folder,
            "PATH": "",
        },
        capture_output=True,
        text=True,
        check=True,
    )

    text = ran.stdout.partition("-----\n")[2]
    names: dict[str, object] = {}
    exec(compile(text, "model_def.py", "exec", dont_inherit=True), names)
    return names


def test_cells_with_magics_errors_and_second_versions(tmp_path: Path) -> None:
    names = run_module(tmp_path, CELLS)

    assert names["fl_train"](names["Net"](), {}, "") == {"weights": {}, "samples": 6}  # type: ignore[operator]
    assert not {"json", "roundelay", "names", "extract_source"} & set(names)


def test_a_script_that_was_run_into_the_session(tmp_path: Path) -> None:
    net = "class Net:\n    def size(self):\n        return math.floor(2.5) * WIDTH\n"
    (tmp_path / "nets.py").write_text(f"import math\n\nWIDTH = 2\n\n\n{net}")
    cells = [f"%run {tmp_path / 'nets.py'}", *CELLS[8:]]

    names = run_module(tmp_path, cells)

    assert names["fl_train"](names["Net"](), {}, "") == {"weights": {}, "samples": 4}  # type: ignore[operator]
