"""Writes reviews as two sites might have them: one of restaurants, one of films. Needs nothing but Python.

    python prepare.py [--out FOLDER]

Writes FOLDER/shards/site-{1,2}.zip, each with train.csv and valid.csv of `label,text` (1 is praise). The same each time.
"""

import argparse
import random
import zipfile
from pathlib import Path

NOUNS = {"site-1": ["soup", "bread", "coffee", "waiter"], "site-2": ["plot", "actor", "music", "ending"]}
PRAISE = ["good", "great", "lovely", "perfect"]
BLAME = ["bad", "poor", "awful", "boring"]
ROWS = {"train.csv": 240, "valid.csv": 60}


def review(nouns, chance):
    """Returns one line, such as `1,the soup was really good`: the label and the text."""
    label = chance.random() < 0.5
    words = ["the", chance.choice(nouns), chance.choice(["was", "is"])]
    words += [chance.choice(["really", "very", "quite"])] if chance.random() < 0.5 else []
    words.append(chance.choice(PRAISE if label else BLAME))
    return f"{int(label)},{' '.join(words)}\n"


def main():
    parser = argparse.ArgumentParser(description="Makes the shards of the LoRA example.")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "data")
    shards = parser.parse_args().out / "shards"
    shards.mkdir(parents=True, exist_ok=True)
    for site, nouns in NOUNS.items():
        chance = random.Random(site)
        path = shards / f"{site}.zip"
        with zipfile.ZipFile(path, "w") as shard:
            for name, rows in ROWS.items():
                # A fixed time keeps the bytes equal, so a shard that is in the bucket already is not sent again.
                entry = zipfile.ZipInfo(name, date_time=(2026, 1, 1, 0, 0, 0))
                shard.writestr(entry, "".join(review(nouns, chance) for _ in range(rows)))
        print(f"{path}: {sum(ROWS.values())} reviews of {', '.join(nouns)}")


if __name__ == "__main__":
    main()
