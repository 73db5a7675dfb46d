"""Cuts the Wisconsin breast cancer data into 3 hospitals and a held-out set. Needs scikit-learn, which ships the data.

    python prepare.py [--out FOLDER]

Writes FOLDER/shards/site-{1,2,3}.zip (each with train.npz and valid.npz) and FOLDER/heldout.npz. The same bytes each time.
"""

import argparse
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
    try:
        from sklearn.datasets import load_breast_cancer
    except ImportError:
        sys.exit(
            f"prepare.py needs scikit-learn, which ships the data, and {sys.executable} has none; "
            "install it there: python -m pip install scikit-learn (or apt-get install python3-sklearn for Debian's Python)"
        )
    data = load_breast_cancer()
    return data.data.astype("float32"), data.target.astype("uint8")


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
