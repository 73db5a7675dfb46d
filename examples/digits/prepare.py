"""Cuts the UCI handwritten digits into 3 uneven shards and a held-out set. Needs numpy and the files of
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

HELDOUT = 360
VALID_SHARE = 0.1
# Part of each digit's images that each site has: uneven in size and in what they show, as sites are in real life.
#          digit    0     1     2     3     4     5     6     7     8     9
SHARES = np.array([
    [0.80, 0.75, 0.70, 0.65, 0.60, 0.45, 0.40, 0.30, 0.25, 0.20],
    [0.15, 0.15, 0.20, 0.25, 0.30, 0.35, 0.35, 0.40, 0.40, 0.35],
    [0.05, 0.10, 0.10, 0.10, 0.10, 0.20, 0.25, 0.30, 0.35, 0.45],
])  # fmt: skip


def digits():
    """Returns (images [n, 8, 8] of uint8 from 0 to 16, labels [n]), read from the file that scikit-learn ships."""
    rows = np.loadtxt(shipped_file("digits.csv.gz"), delimiter=",", dtype="uint8")
    return rows[:, :-1].reshape(-1, 8, 8), rows[:, -1]


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


def split(images, labels):
    """Returns (rows of the held-out set, [rows of each site]); the same for the same data."""
    order = np.random.RandomState(2026).permutation(len(labels))
    heldout, rest = order[:HELDOUT], order[HELDOUT:]
    sites = [[] for _ in SHARES]
    for digit in range(10):
        rows = rest[labels[rest] == digit]
        cuts = (np.cumsum(SHARES[:, digit])[:-1] * len(rows)).round().astype(int)
        for site, part in enumerate(np.split(rows, cuts)):
            sites[site].append(part)
    return heldout, [np.sort(np.concatenate(parts)) for parts in sites]


def split_among(count, images, labels):
    """Returns the same as `split` for many sites: the images by digit, cut into two pieces for each site, dealt at random."""
    heldout, sites = split(images, labels)
    rest = np.concatenate(sites)
    rest = rest[np.argsort(labels[rest], kind="stable")]
    pieces = np.array_split(rest, 2 * count)
    dealt = np.random.RandomState(count).permutation(2 * count)
    return heldout, [np.sort(np.concatenate([pieces[i], pieces[j]])) for i, j in dealt.reshape(count, 2)]


def npz(images, labels, rows):
    buffer = io.BytesIO()
    np.savez(buffer, images=images[rows], labels=labels[rows])
    return buffer.getvalue()


def write_shard(path, images, labels, rows):
    rows = np.random.RandomState(len(rows)).permutation(rows)
    cut = max(1, int(len(rows) * VALID_SHARE))
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as shard:
        for name, part in (("train.npz", rows[cut:]), ("valid.npz", rows[:cut])):
            # A fixed time keeps the bytes equal, so a shard that is in the bucket already is not sent again.
            entry = zipfile.ZipInfo(name, date_time=(2026, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            shard.writestr(entry, npz(images, labels, part))


def main():
    parser = argparse.ArgumentParser(description="Makes the shards of the digits example.")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "data")
    parser.add_argument("--sites", type=int, help="so many, up to 700, of two digits each (default: 3 uneven ones)")
    arguments = parser.parse_args()
    out = arguments.out
    if arguments.sites is not None and not 1 <= arguments.sites <= 700:
        parser.error("[--sites] there are 1,437 images for them, and a site needs two; use 1 to 700")
    images, labels = digits()
    heldout, sites = split(images, labels) if arguments.sites is None else split_among(arguments.sites, images, labels)
    (out / "shards").mkdir(parents=True, exist_ok=True)
    (out / "heldout.npz").write_bytes(npz(images, labels, heldout))
    print(f"{out / 'heldout.npz'}: {len(heldout)} images that no site sees")
    for number, rows in enumerate(sites, start=1):
        path = out / "shards" / f"site-{number}.zip"
        write_shard(path, images, labels, rows)
        counts = " ".join(str(count) for count in np.bincount(labels[rows], minlength=10))
        print(f"{path}: {len(rows)} images, of the digits 0-9: {counts}")


if __name__ == "__main__":
    main()
