"""Each example trains to the accuracy that its README promises, on Debian's torch 1.13 and on current torch."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[1]
PYTHONS = {"current torch": sys.executable, "torch 1.13": "/usr/bin/python3"}


def run(python, folder, *arguments, check=True):
    return subprocess.run([python, *arguments], cwd=folder, capture_output=True, text=True, check=check, timeout=300)


@pytest.fixture(scope="module", params=["digits", "tabular"])
def prepared(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("examples")
    shutil.copytree(EXAMPLES / request.param, folder / request.param, ignore=shutil.ignore_patterns("data", "*.pt"))
    shutil.copy(EXAMPLES / "try_locally.py", folder)
    run(sys.executable, folder, f"{request.param}/prepare.py")
    return folder, request.param


def test_shards_are_uneven_and_none_lacks_several_classes(prepared):
    folder, name = prepared

    sizes = [shard.stat().st_size for shard in sorted((folder / name / "data" / "shards").glob("*.zip"))]

    assert len(sizes) == 3 and max(sizes) > 1.5 * min(sizes)


@pytest.mark.parametrize("python", PYTHONS.values(), ids=PYTHONS.keys())
def test_federated_averaging_reaches_the_promised_accuracy(prepared, python):
    folder, name = prepared
    options = {"digits": [], "tabular": ["--epochs", "10", "--lr", "0.02"]}[name]

    run(python, folder, "try_locally.py", name, *options)
    judged = run(python, folder / name, "evaluate.py", "data/local_checkpoint.pt")

    assert judged.stdout.startswith("held-out accuracy: 0.9")


def test_a_model_that_learned_nothing_is_told_apart(prepared):
    folder, name = prepared
    python = PYTHONS["torch 1.13"]

    run(python, folder, "try_locally.py", name, "--rounds", "1", "--epochs", "1", "--lr", "0")
    judged = run(python, folder / name, "evaluate.py", "data/local_checkpoint.pt", check=False)

    assert judged.returncode == 1 and "below 0.9" in judged.stderr


WITHOUT_SKLEARN = """
import importlib.util, runpy, sys
find = importlib.util.find_spec
importlib.util.find_spec = lambda name, *rest: None if name == "sklearn" else find(name, *rest)
sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name="__main__")
"""


def test_without_the_data_a_line_says_what_to_install(prepared):
    folder, name = prepared

    missing = run(sys.executable, folder, "-c", WITHOUT_SKLEARN, f"{name}/prepare.py", check=False)

    assert missing.returncode == 1
    assert missing.stderr.startswith("prepare.py needs the data files of scikit-learn")
    assert len(missing.stderr.splitlines()) == 1
