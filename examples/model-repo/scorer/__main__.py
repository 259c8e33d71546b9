"""`python -m scorer`: MODEL_URL and MODEL_NAME say which model; it listens on 8080 until it is told to stop."""

import os
import signal
import threading

from .service import Model, server

serving = server(("", 8080), Model(os.environ["MODEL_URL"], os.environ["MODEL_NAME"]))
# The thread that serves would wait for itself.
signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=serving.shutdown).start())
serving.serve_forever()
serving.server_close()
