"""ringback: reads call pre-accept stanzas off one's own WhatsApp test client and weighs the specification."""

from importlib import metadata

try:
    __version__ = metadata.version("ringback")
except metadata.PackageNotFoundError:  # run from a checkout by `mitmdump -s addon/capture.py`
    __version__ = "0+checkout"

__all__ = ["__version__"]
