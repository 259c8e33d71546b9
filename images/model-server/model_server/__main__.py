"""`python3 -m model_server --model_name=fraud`: serves the model of MODEL_DIR until SIGTERM."""

import os
import sys
from pathlib import Path

from kserve import ModelServer
from kserve.model_server import parser

from .predictors import ModelError, load
from .service import FixedRepository, ServedModel


def main() -> int:
    """Load the model, then serve it. Exits with 1 if there is no model to serve."""
    options = parser.parse_args()
    folder = Path(os.environ.get("MODEL_DIR", "/mnt/models"))
    try:
        predictor = load(folder)
    except ModelError as error:
        print(f"model-server: {error}", file=sys.stderr)
        return 1
    server = ModelServer(
        http_port=options.http_port, grpc_port=options.grpc_port, workers=1, enable_latency_logging=False
    )
    server.model_repository_extension = FixedRepository(server.registered_models)
    server.start([ServedModel(options.model_name, predictor)])
    return 0


if __name__ == "__main__":
    sys.exit(main())
