"""Makes `tests/support` importable as `support`, wherever pytest is started from; no test is held to a time."""

import sys
from pathlib import Path

from hypothesis import settings

sys.path.insert(0, str(Path(__file__).parent))

settings.register_profile("ringback", deadline=None)
settings.load_profile("ringback")
