"""`python -m reports.registries STACK`."""

import sys

from reports.registries.command import main

if __name__ == "__main__":
    sys.exit(main())
