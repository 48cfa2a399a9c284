"""The script for `mitmdump -s addon/capture.py`.

mitmproxy puts the script's folder first on the path while it loads the script, so the package beside it is
found, installed or not; modules that are imported later are found through the package itself.
"""

import sys
from pathlib import Path

try:
    from ringback.addon import Ringback
except ModuleNotFoundError as error:
    checkout = Path(__file__).resolve().parents[1]
    error.add_note(f"ringback's requirements are not all there: {sys.executable} -m pip install {checkout}")
    raise

addons = [Ringback()]
