"""`python -m talkbalance.cli`."""

import sys

from talkbalance.cli import main

sys.exit(main())
