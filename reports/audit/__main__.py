"""`python -m reports.audit STACK`, tuned for a process that plans once, as `python -m planner` is."""

import sys

from planner.tuning import tune_process

tune_process()

from reports.audit.command import main  # noqa: E402

if __name__ == "__main__":
    sys.exit(main())
