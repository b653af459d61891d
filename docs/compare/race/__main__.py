"""The command line: ``python -m docs.compare.race``."""

import sys

from .app import main

if __name__ == "__main__":
    sys.exit(main())
