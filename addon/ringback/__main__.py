"""`python -m ringback`: the `ringback` command without its entry point."""

import sys

from ringback.cli import main

if __name__ == "__main__":
    sys.exit(main())
