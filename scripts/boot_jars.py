"""Makes the jars that the launcher starts: boot_jars.py LIB

Each holds a manifest alone: the main class, every jar of LIB as class path, and the leave to call native code. As options the last
two would keep the JVM from using what aot/ holds of its own modules.
"""

import sys
import zipfile
from pathlib import Path

PROGRAMS = {
    "server": "dev.roundelay.server.Main",
    "admin": "dev.roundelay.server.admin.AdminMain",
    "worker": "dev.roundelay.worker.Main",
    "try": "dev.roundelay.worker.trial.Main",
    "cli": "dev.roundelay.cli.Main",
}
# Bytes of a line, its end included, by the specification of jars.
LINE = 72


def main(lib: Path) -> None:
    jars = sorted(file.name for file in lib.glob("*.jar") if not file.name.startswith("boot-"))
    for program, main_class in PROGRAMS.items():
        headers = {
            "Manifest-Version": "1.0",
            "Main-Class": main_class,
            "Enable-Native-Access": "ALL-UNNAMED",
            "Class-Path": " ".join(jars),
        }
        text = "".join(folded(f"{name}: {value}") for name, value in headers.items()) + "\r\n"
        with zipfile.ZipFile(lib / f"boot-{program}.jar", "w") as jar:
            # The same bytes each time.
            jar.writestr(zipfile.ZipInfo("META-INF/MANIFEST.MF", (1980, 1, 1, 0, 0, 0)), text)


def folded(line: str) -> str:
    parts = [line[: LINE - 2]]
    rest = line[LINE - 2 :]
    while rest:
        parts.append(" " + rest[: LINE - 3])
        rest = rest[LINE - 3 :]
    return "".join(part + "\r\n" for part in parts)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
