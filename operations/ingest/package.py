"""The package of the job: an archive with its Python modules, and the jars that EMR's Spark lacks.

The packages are wheels for the architecture and the Python of the application, so no machine of this kind is needed to
make the archive. Its folder is named after everything that is in it, so a package never changes.
"""

import shutil
import subprocess
import sys
import tarfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from components.facts.versions import SPARK_RUNTIMES, SparkRelease

from ..settings import SettingsError
from .runs import ARCHIVE

ROOT = Path(__file__).parents[2]
FOLDER = "feature-ingest/packages/"
PYTHON = "3.11"
"""The Python that all releases have and that Feast accepts. The component starts it as /usr/bin/python3.11."""
_SOURCES = ("workers/feature_ingest", "workers/feature_ingest_spark")
_LOCK = ROOT / "workers/feature_ingest/requirements.lock"
_JARS = ROOT / "workers/feature_ingest_spark/jars.xml"
_COPY = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies"
_PLATFORMS = {"ARM64": "aarch64", "X86_64": "x86_64"}
_GLIBC = ("manylinux2014", "manylinux_2_17", "manylinux_2_24", "manylinux_2_26", "manylinux_2_27", "manylinux_2_28")
"""The oldest C libraries that wheels are built for. Amazon Linux 2023 has 2.34."""
_SPARK_PATCHES = {"4.1": "4.1.1", "4.0": "4.0.2", "3.5": "3.5.6"}
"""Source: EMR release guide, "Spark release history"."""

Tool = Callable[[Sequence[str]], None]


@dataclass(frozen=True, slots=True)
class Target:
    """What the package is made for."""

    release: SparkRelease
    architecture: str

    @property
    def version(self) -> str:
        """A digest of everything that the package is made from."""
        digest = sha256(f"{self.release} {self.architecture} {PYTHON}".encode())
        for path in (_LOCK, _JARS, *_modules()):
            digest.update(str(path.relative_to(ROOT)).encode())
            digest.update(path.read_bytes())
        return digest.hexdigest()[:16]

    @property
    def pip(self) -> list[str]:
        """The options of pip: wheels of the target alone, as the lock has them."""
        platforms = [f"--platform={glibc}_{_PLATFORMS[self.architecture]}" for glibc in _GLIBC]
        return [
            *("--require-hashes", "--no-deps", "--only-binary=:all:", "--no-compile"),
            *(f"--python-version={PYTHON}", "--implementation=cp", *platforms),
            f"--requirement={_LOCK}",
        ]

    @property
    def maven(self) -> list[str]:
        """The options of Maven: the jars of the release's Spark."""
        runtime = SPARK_RUNTIMES[self.release]
        return [f"-Dspark={_SPARK_PATCHES[runtime.spark]}", f"-Dscala={runtime.scala}", f"--file={_JARS}"]


def publish(target: Target, bucket: str, s3: Any, tool: Tool | None = None) -> tuple[str, bool]:
    """Make the package and upload it, unless it is there. Returns its folder, and whether it is new.

    Raises:
        SettingsError: Maven is not installed.
        subprocess.CalledProcessError: pip or Maven failed.
    """
    prefix = f"{FOLDER}{target.version}/"
    address = f"s3://{bucket}/{prefix}"
    if s3.list_objects_v2(Bucket=bucket, Prefix=f"{prefix}{ARCHIVE}").get("Contents"):
        return address, False
    run = tool or _tool()
    with TemporaryDirectory(prefix="feature-ingest-") as name:
        folder = Path(name)
        run([sys.executable, "-m", "pip", "install", *target.pip, f"--target={folder / 'packages'}"])
        run(["mvn", "-q", "-B", "-C", *target.maven, _COPY, f"-DoutputDirectory={folder / 'jars'}"])
        _archive(folder)
        for jar in sorted((folder / "jars").glob("*.jar")):
            s3.upload_file(str(jar), bucket, f"{prefix}jars/{jar.name}")
        # Last, because it tells that the package is whole.
        s3.upload_file(str(folder / ARCHIVE), bucket, f"{prefix}{ARCHIVE}")
    return address, True


def _archive(folder: Path) -> None:
    """Pack the packages and the job's own modules."""
    for module in _modules():
        target = folder / "app" / module.relative_to(ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(module, target)
    with tarfile.open(folder / ARCHIVE, "w:gz") as archive:
        for part in ("app", "packages"):
            archive.add(folder / part, arcname=part)


def _modules() -> list[Path]:
    own = [path for source in _SOURCES for path in sorted((ROOT / source).glob("*.py"))]
    return [ROOT / "workers/__init__.py", *own]


def _tool() -> Tool:
    if not shutil.which("mvn"):
        raise SettingsError("mvn", ["it is not on PATH; install Maven, which gets the jars"])
    return _run


def _run(command: Sequence[str]) -> None:
    subprocess.run(command, check=True)  # noqa: S603 - pip and Maven, with options of this module
