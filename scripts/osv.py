"""Asks OSV for known weaknesses of the components of an SBOM: osv.py SBOM. 0 none, 1 some (printed), 3 not reachable."""

import json
import sys
import urllib.error
import urllib.request

QUERY = "https://api.osv.dev/v1/querybatch"
PATIENCE_SECONDS = 30
# As many as the service takes at once.
BATCH = 1000


def main(sbom: str) -> int:
    with open(sbom) as file:
        purls = sorted(one["purl"] for one in json.load(file)["components"] if "purl" in one)
    # Our own parts are in no list.
    asked = [purl for purl in purls if "/dev.roundelay/" not in purl and not purl.startswith(("pkg:generic/", "pkg:pypi/roundelay@"))]
    known = 0
    for start in range(0, len(asked), BATCH):
        batch = asked[start : start + BATCH]
        request = urllib.request.Request(
            QUERY,
            data=json.dumps({"queries": [{"package": {"purl": purl.split("?")[0]}} for purl in batch]}).encode(),
            headers={"Content-Type": "application/json"},
        )
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE_SECONDS) as answer:
                results = json.load(answer)["results"]
        except (OSError, ValueError, KeyError) as e:
            print(f"[osv] {e}")
            return 3
        for purl, result in zip(batch, results, strict=True):
            for one in result.get("vulns", []):
                known += 1
                print(f"{purl}: {one['id']}")
    print(f"[osv] {len(asked)} components asked for")
    return 1 if known else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
