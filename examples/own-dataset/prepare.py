"""Lays out two hospitals' patients as folders, to stand in for data that lies on two machines.

    python prepare.py [--out FOLDER]

Writes FOLDER/hospital-{1,2}/patients.csv. Needs numpy and the files of scikit-learn, which ships the data.
"""

import argparse
import importlib.util
import sys
from pathlib import Path

SHARE_OF_THE_FIRST = 0.6


def rows():
    """Returns the lines of the file that scikit-learn ships: 30 measurements and the kind, 1 is benign."""
    spec = importlib.util.find_spec("sklearn")
    if spec is None:
        sys.exit("prepare.py needs the data files of scikit-learn; install it (python -m pip install scikit-learn)")
    text = (Path(spec.origin).parent / "datasets" / "data" / "breast_cancer.csv").read_text()
    return text.splitlines()[1:]


def main():
    parser = argparse.ArgumentParser(description="Makes the folders of the own-dataset example.")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "data")
    out = parser.parse_args().out
    patients = rows()
    cut = int(len(patients) * SHARE_OF_THE_FIRST)
    for number, part in enumerate((patients[:cut], patients[cut:]), start=1):
        folder = out / f"hospital-{number}"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "patients.csv").write_text("\n".join(part) + "\n")
        print(f"{folder}: {len(part)} patients")


if __name__ == "__main__":
    main()
