"""`python -m reports.scenarios STACK`."""

import sys

from reports.scenarios.command import main

if __name__ == "__main__":
    sys.exit(main())
