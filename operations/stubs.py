"""Generates the gRPC code of the smoke test, `operations/smoke/inference_pb2*`, from inference.proto: `make stubs`."""

import sys
from pathlib import Path

from grpc_tools import protoc  # pyright: ignore[reportMissingTypeStubs] - it ships none

ROOT = Path(__file__).parents[1]
PROTO = "operations/smoke/inference.proto"


def write_stubs(root: Path = ROOT) -> int:
    """Write the generated modules below `root`; the compiler's exit code."""
    plugin = Path(sys.executable).parent / "protoc-gen-mypy_grpc"
    outputs = [f"--{kind}_out={root}" for kind in ("python", "pyi", "grpc_python", "mypy_grpc")]
    return protoc.main(["protoc", f"--plugin={plugin}", f"-I{ROOT}", *outputs, PROTO])  # pyright: ignore


if __name__ == "__main__":
    sys.exit(write_stubs())
