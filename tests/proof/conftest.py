"""The scripts of the proof are modules of one folder, as their interpreter sees them."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent.parent / "proof"))
