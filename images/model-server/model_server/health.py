"""`python3 -m model_server.health`: exits with 0 if the server is ready to predict."""

import os
import sys
from http.client import HTTPException
from urllib.request import urlopen


def main() -> int:
    """Ask the server of this container for its readiness."""
    port = os.environ.get("HTTP_PORT", "8080")
    try:
        with urlopen(f"http://127.0.0.1:{port}/v2/health/ready", timeout=4) as answer:
            return 0 if answer.status == 200 else 1
    except (OSError, HTTPException):
        return 1


if __name__ == "__main__":
    sys.exit(main())
