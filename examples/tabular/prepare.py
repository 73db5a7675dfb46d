"""Cuts the Wisconsin breast cancer data into 3 hospitals and a held-out set. Needs numpy and the files of
scikit-learn, which ships the data; it need not be able to run.

    python prepare.py [--out FOLDER]

Writes FOLDER/shards/site-{1,2,3}.zip (each with train.npz and valid.npz) and FOLDER/heldout.npz. The same bytes each time
(with the same numpy).
"""

import argparse
import importlib.util
import io
import sys
import zipfile
from pathlib import Path

import numpy as np

HELDOUT = 114
VALID_SHARE = 0.15
# Part of the malignant and benign cases that each hospital has: a large one, and two that see mostly one kind.
SHARES = np.array([[0.5, 0.5], [0.4, 0.1], [0.1, 0.4]])


def tumours():
    """Returns (measurements [n, 30], labels [n], 1 is benign), read from the file that scikit-learn ships."""
    rows = np.loadtxt(shipped_file("breast_cancer.csv"), delimiter=",", skiprows=1)
    return rows[:, :-1].astype("float32"), rows[:, -1].astype("uint8")


def shipped_file(name):
    # The package is looked up, not imported: its files are enough, without scipy and the rest that it needs to run.
    spec = importlib.util.find_spec("sklearn")
    if spec is None:
        sys.exit(
            f"prepare.py needs the data files of scikit-learn, and {sys.executable} does not find it; "
            "install it there (python -m pip install scikit-learn), or put its files into a folder and that into PYTHONPATH "
            "(python -m pip install --no-deps --target FOLDER scikit-learn)"
        )
    path = Path(spec.origin).parent / "datasets" / "data" / name
    if not path.is_file():
        sys.exit(f"prepare.py found scikit-learn without {path}; install it again")
    return path


def split(labels):
    """Returns (rows of the held-out set, [rows of each site]); the same for the same data."""
    order = np.random.RandomState(2026).permutation(len(labels))
    heldout, rest = order[:HELDOUT], order[HELDOUT:]
    sites = [[] for _ in SHARES]
    for kind in (0, 1):
        rows = rest[labels[rest] == kind]
        cuts = (np.cumsum(SHARES[:, kind])[:-1] * len(rows)).round().astype(int)
        for site, part in enumerate(np.split(rows, cuts)):
            sites[site].append(part)
    return heldout, [np.random.RandomState(7).permutation(np.concatenate(parts)) for parts in sites]


def npz(measurements, labels, rows):
    buffer = io.BytesIO()
    np.savez(buffer, measurements=measurements[rows], labels=labels[rows])
    return buffer.getvalue()


def write_shard(path, measurements, labels, rows):
    cut = int(len(rows) * VALID_SHARE)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as shard:
        for name, part in (("train.npz", rows[cut:]), ("valid.npz", rows[:cut])):
            # A fixed time keeps the bytes equal, so a shard that is in the bucket already is not sent again.
            entry = zipfile.ZipInfo(name, date_time=(2026, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            shard.writestr(entry, npz(measurements, labels, part))


def main():
    parser = argparse.ArgumentParser(description="Makes the shards of the tabular example.")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "data")
    out = parser.parse_args().out
    measurements, labels = tumours()
    heldout, sites = split(labels)
    (out / "shards").mkdir(parents=True, exist_ok=True)
    (out / "heldout.npz").write_bytes(npz(measurements, labels, heldout))
    print(f"{out / 'heldout.npz'}: {len(heldout)} patients that no site sees")
    for number, rows in enumerate(sites, start=1):
        path = out / "shards" / f"site-{number}.zip"
        write_shard(path, measurements, labels, rows)
        benign = int(labels[rows].sum())
        print(f"{path}: {len(rows)} patients, {len(rows) - benign} malignant, {benign} benign")


if __name__ == "__main__":
    main()
