"""`python -m rnnlm_lib` is the command `rnnlm`."""

import sys

from rnnlm_lib.cli import main

if __name__ == "__main__":
    sys.exit(main())
