"""Files that a command makes: whole or not at all."""

from __future__ import annotations

import shutil
from contextlib import suppress
from pathlib import Path

from ringback.errors import ExportError


def write_file(path: Path, content: str | bytes) -> None:
    """Write the whole content or nothing of it; text is written as UTF-8.

    A file that is there is replaced at once, and keeps its mode. Folders are made where they are not.

    Raises:
        ExportError: it cannot be written; what was there before is left as it was.
    """
    target = path.resolve()
    beside = target.with_name(f".{target.name}.new")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        beside.write_bytes(content.encode("utf-8") if isinstance(content, str) else content)
        if target.exists():
            shutil.copymode(target, beside)
        beside.replace(target)
    except OSError as error:
        raise ExportError(f"{path}: cannot be written: {error.strerror}") from error
    finally:
        # Also after Ctrl-C: nothing half written stays.
        with suppress(OSError):
            beside.unlink(missing_ok=True)
