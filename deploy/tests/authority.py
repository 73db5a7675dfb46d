"""A certificate authority of one's own, and what it signs."""

from __future__ import annotations

import subprocess
from pathlib import Path


class Authority:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.certificate = folder / "ca.pem"
        key = ("-newkey", "rsa:2048", "-nodes", "-keyout", folder / "ca.key")
        self._openssl("req", "-x509", *key, "-out", self.certificate, "-days", "30", "-subj", "/CN=Test authority")

    def sign(self, address: str, *, days: int = 30) -> tuple[Path, Path]:
        """Returns certificate and key for an IP address. With days below 0 it has expired already."""
        name = f"{address}-{days}"
        request, certificate, key = (self.folder / f"{name}.{ending}" for ending in ("csr", "pem", "key"))
        extension = self.folder / f"{name}.ext"
        extension.write_text(f"subjectAltName=IP:{address}\n")
        self._openssl("req", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", request, "-subj", f"/CN={address}")
        signer = ("-CA", self.certificate, "-CAkey", self.folder / "ca.key", "-CAcreateserial")
        self._openssl("x509", "-req", "-in", request, *signer, "-out", certificate, "-days", days, "-extfile", extension)
        return certificate, key

    @staticmethod
    def _openssl(*words: object) -> None:
        ran = subprocess.run(["openssl", *map(str, words)], capture_output=True, text=True)
        assert ran.returncode == 0, ran.stderr
