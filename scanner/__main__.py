"""``python -m scanner``: the same as the ``unsealed`` command."""

import sys

from scanner.cli import main

sys.exit(main())
