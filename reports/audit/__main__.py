"""`python -m reports.audit STACK`."""

import sys

from reports.audit.command import main

if __name__ == "__main__":
    sys.exit(main())
