"""`python -m reports.access STACK`."""

import sys

from reports.access.command import main

if __name__ == "__main__":
    sys.exit(main())
