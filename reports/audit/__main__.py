"""`python -m reports.audit STACK`, tuned for a process that plans once, as `python -m planner` is."""

import sys

from planner.interruption import end_at_once, run
from planner.tuning import tune_process

end_at_once()
tune_process()

from reports.audit.command import main  # noqa: E402

if __name__ == "__main__":
    sys.exit(run(main))
