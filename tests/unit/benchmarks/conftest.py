from __future__ import annotations

import sys
from pathlib import Path

# The benchmarks are not packaged: they are found where they lie.
sys.path.insert(0, str(Path(__file__).parents[3]))
