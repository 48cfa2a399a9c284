"""Specification files from disk. The one place of the core that opens files.

What a file may hold stands in `ringback.spec.wacrg`; here stands which files are read, and what must hold
between them.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path

from ringback.errors import SpecError
from ringback.spec.document import parse_document
from ringback.spec.entry import Entry, Shape, quoted
from ringback.spec.flow import FlowSpec
from ringback.spec.flows import FLOW, read_flow
from ringback.spec.model import Specification, StanzaSpec
from ringback.spec.part import SpecPart
from ringback.spec.parts import PART, read_part
from ringback.spec.wacrg import ENUM, SLUG, STANZA, read_enum, read_stanza

SHIPPED = Path(__file__).with_name("data") / "call-preaccept.yaml"
"""The specification that is used where none is named."""

MAX_FILE_BYTES = 1 << 18
"""Most that is read of a file; wacrg's largest has 16 KB. Stops a wrong path from filling memory, and from
keeping the YAML parser, which takes 3 s for so much, any longer."""

_CODE = re.compile("^[\"']?code[\"']? *:", re.MULTILINE)
_TAG = re.compile("^[\"']?tag[\"']? *:", re.MULTILINE)
"""The key that every spec part has and no stanza file."""


def load_specification(path: Path | None) -> Specification:
    """All stanza files at `path`, checked, with the enums and flows that stand beside them.

    `path` is a stanza file, a wacrg checkout, its `spec` folder, or a folder of stanza files; None is the
    file that ringback ships. Files are read in order of their names. A single file has no flows: their steps
    name others.

    Raises:
        SpecError: something is not there, cannot be read, or is no stanza definition. The first fault found
            is the one that is named.
    """
    root = SHIPPED if path is None else path
    try:
        files = _find(root)
        folder = (root if root.is_file() else files[0]).absolute().parent
        enum_folder = _beside(folder, "enums")
        flow_folder = None if root.is_file() else _beside(folder, "flows")
    except OSError as error:
        raise SpecError(root, None, f"cannot be read: {error.strerror}") from error
    enums = None if enum_folder is None else _read_enums(enum_folder)
    stanzas: dict[str, StanzaSpec] = {}
    for file in files:
        entry = _read(file, STANZA)
        spec = read_stanza(entry, enums)
        _refuse_rival(entry, spec, stanzas.values())
        stanzas[spec.id] = spec
    flows = () if flow_folder is None else _read_flows(flow_folder, stanzas)
    return Specification(stanzas, enums or {}, tuple(flows))


def files_of(path: Path | None) -> list[Path]:
    """The files that `load_specification` and `load_parts` read there; none where they would refuse it."""
    root = SHIPPED if path is None else path
    try:
        files = _find(root)
        folder = (root if root.is_file() else files[0]).absolute().parent
        beside = [found for name in ("enums", "flows") if (found := _beside(folder, name)) is not None]
        return [*files, *(file for each in beside for file in _yaml_files(each)), *_find_parts(root)]
    except (OSError, SpecError):
        return []


def load_parts(path: Path) -> dict[str, SpecPart]:
    """All spec parts at `path` by their code: the specification's second model of a stanza.

    `path` is a part, a folder of parts, a wacrg checkout, its `spec` folder, or anything of its stanzas, in
    which case the parts are those beside them. Empty where there are none there, as
    beside a stanza file, or a folder of such files, that lies by itself.

    Raises:
        SpecError: something cannot be read, is no spec part, or has the code of another.
    """
    try:
        files = _find_parts(path)
    except OSError as error:
        raise SpecError(path, None, f"cannot be read: {error.strerror}") from error
    parts: dict[str, SpecPart] = {}
    for file in files:
        entry = _read(file, PART)
        part = read_part(entry)
        if part.code in parts:
            raise entry.refusal("code", f"code {part.code} is that of {parts[part.code].file} already")
        parts[part.code] = part
    return parts


def holds_parts(path: Path) -> bool:
    """Whether `path` is a spec part, or a folder whose own files begin with one; not a whole checkout, which
    means its stanza files.

    Raises:
        SpecError: the file cannot be read.
    """
    files = _yaml_files(path) if path.is_dir() else [path] if path.is_file() else []
    return bool(files) and _CODE.search(_text(files[0])) is not None


def _find_parts(path: Path) -> list[Path]:
    """The files of parts that `path` means."""
    if not path.exists():
        raise SpecError(path, None, "no such file or folder")
    folder = (path if path.is_dir() else path.parent).absolute()
    if path.is_file() and folder.name != "stanzas":
        return [] if _is_of_stanza(path) else [path]
    beside = folder.parent / "signalling" if folder.name == "stanzas" else folder
    candidates = (folder / "spec" / "signalling", folder / "signalling", beside)
    found = next((candidate for candidate in candidates if candidate.is_dir()), None)
    files = [] if found is None else _yaml_files(found)
    return [] if found == folder and files and _is_of_stanza(files[0]) else files


def _is_of_stanza(file: Path) -> bool:
    """Whether a file is of the stanzas and not of the parts: it has a tag and no code."""
    text = _text(file)
    return _TAG.search(text) is not None and _CODE.search(text) is None


def _find(path: Path) -> list[Path]:
    """The stanza files that `path` means; at least one."""
    if path.is_file():
        return [path]
    if not path.is_dir():
        what = "neither a file nor a folder" if path.exists() else "no such file or folder"
        raise SpecError(path, None, what)
    candidates = (path / "spec" / "stanzas", path / "stanzas", path)
    folder = next(folder for folder in candidates if folder.is_dir())
    files = _yaml_files(folder)
    if not files:
        wanted = "a stanza file, a wacrg checkout, or a folder of stanza files (*.yaml)"
        raise SpecError(path, None, f"no stanza files in it: expected {wanted}")
    return files


def _yaml_files(folder: Path) -> list[Path]:
    return sorted(file for file in folder.glob("*.yaml") if file.is_file())


def _beside(stanza_folder: Path, name: str) -> Path | None:
    """The folder of that name beside one that is called `stanzas`, where there is one."""
    folder = stanza_folder.parent / name
    return folder if stanza_folder.name == "stanzas" and folder.is_dir() else None


def _read_enums(folder: Path) -> dict[str, tuple[str, ...]]:
    return {file.stem: read_enum(_read(file, ENUM)) for file in _yaml_files(folder)}


def _read_flows(folder: Path, stanzas: Collection[str]) -> Iterator[FlowSpec]:
    return (read_flow(_read(file, FLOW), stanzas) for file in _yaml_files(folder))


def _read(file: Path, shape: Shape) -> Entry:
    """The file's one entry, whose id is the file's name."""
    entry = Entry.read(parse_document(_text(file), file), shape, file)
    slug = entry.matching("id", SLUG, "lower-case letters, digits and dashes")
    if slug != file.stem:
        raise entry.refusal("id", f"id {quoted(slug)} is not the file's name: expected {file.stem!r}")
    return entry


def _text(file: Path) -> str:
    try:
        with file.open("rb") as stream:
            data = stream.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        raise SpecError(file, None, f"cannot be read: {error.strerror}") from error
    if len(data) > MAX_FILE_BYTES:
        raise SpecError(file, None, f"larger than {MAX_FILE_BYTES} bytes: no definition is")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise SpecError(file, line, f"not UTF-8: byte 0x{data[error.start]:02x}") from error


def _refuse_rival(entry: Entry, spec: StanzaSpec, loaded: Iterable[StanzaSpec]) -> None:
    """Two files about one action would both judge its stanzas."""
    for other in loaded:
        if (other.tag, other.action) != (spec.tag, spec.action):
            continue
        shared = sorted(set(other.actions) & set(spec.actions))
        if shared or not (other.actions or spec.actions):
            about = f"<{spec.tag}>" + "".join(f" with <{action}>" for action in shared)
            raise entry.refusal(
                "tag", f"{about} is defined in {other.file} already: expected one file for it"
            )
