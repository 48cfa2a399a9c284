"""What `docs/security.md` states of the code as a whole, held against every module."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ADDON = Path(__file__).parents[2] / "addon"
MODULES = sorted(ADDON.rglob("*.py"))


def name_of(module: Path) -> str:
    return module.relative_to(ADDON).as_posix()


def dotted(node: ast.expr) -> str:
    """`os.path.join` of such an expression; of any other its last name."""
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


@cache
def nodes(module: Path) -> tuple[ast.AST, ...]:
    return tuple(ast.walk(ast.parse(module.read_text("utf-8"))))


def calls(module: Path) -> Iterator[tuple[str, ast.Call]]:
    """Every call in a module with the name of what is called."""
    for node in nodes(module):
        if isinstance(node, ast.Call):
            yield dotted(node.func), node


def imports(module: Path) -> Iterator[str]:
    """Every module that is imported anywhere in it."""
    for node in nodes(module):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def keywords(call: ast.Call) -> dict[str, object]:
    """The constant keyword arguments of a call."""
    return {
        word.arg: word.value.value
        for word in call.keywords
        if word.arg is not None and isinstance(word.value, ast.Constant)
    }


def test_nothing_is_run_that_was_read() -> None:
    """No text becomes code, and no bytes objects of any class; `saxutils` escapes and parses nothing."""
    refused = {"eval", "exec", "compile", "__import__", "os.system", "os.popen", "tempfile.mktemp"}
    found = [(name_of(module), name) for module in MODULES for name, _ in calls(module) if name in refused]
    assert found == []
    unsafe = {"pickle", "marshal", "shelve", "dill", "yaml", "codeop"}
    assert [
        (name_of(module), name)
        for module in MODULES
        for name in imports(module)
        if name.partition(".")[0] in unsafe
        or (name.partition(".")[0] == "xml" and name != "xml.sax.saxutils")
    ] == [("ringback/archive/joining.py", "pickle")]


def test_what_is_unpickled_is_of_this_process() -> None:
    """The one place that does keeps what it has gathered in a file without a name, which it makes itself."""
    (file,) = (module for module in MODULES if name_of(module) == "ringback/archive/joining.py")
    loading = [call for name, call in calls(file) if name.startswith("pickle.load")]
    assert [ast.unparse(call) for call in loading] == ["pickle.loads(self._file.read(size))"]
    made = [name for name, _ in calls(file) if "emp" in name]
    assert made == ["gettempdir", "TemporaryFile"]  # the first one in a message


def test_no_shell_is_started() -> None:
    """One place starts a process: mitmdump with the user's own arguments, as a list."""
    starting = [
        (name_of(module), call)
        for module in MODULES
        for name, call in calls(module)
        if name.startswith(("subprocess.", "os.exec", "os.spawn", "asyncio.create_subprocess"))
    ]
    assert [module for module, _ in starting] == ["ringback/watch/proxy.py"]
    for _, call in starting:
        assert "shell" not in {word.arg for word in call.keywords}
        assert isinstance(call.args[0], ast.List)


def test_no_connection_is_made() -> None:
    """Nothing of ringback opens a socket or fetches an address."""
    networks = {
        "socket",
        "ssl",
        "http",
        "urllib.request",
        "requests",
        "httpx",
        "aiohttp",
        "smtplib",
        "ftplib",
    }
    assert [
        (name_of(module), name)
        for module in MODULES
        for name in imports(module)
        if name in networks or name.partition(".")[0] in networks - {"urllib.request"}
    ] == []


def test_every_xml_parser_is_safe() -> None:
    """Each is given one, or made so that it resolves no entity, loads no DTD and fetches nothing."""
    safe = {"resolve_entities": False, "load_dtd": False, "no_network": True, "huge_tree": False}
    parsing = {"etree.fromstring", "etree.parse", "etree.XML", "etree.HTML", "etree.iterparse"}
    made: list[str] = []
    for module in MODULES:
        for name, call in calls(module):
            if re.fullmatch(r"etree\.\w*Parser", name):
                made.append(name_of(module))
                assert keywords(call).items() >= safe.items(), name_of(module)
            elif name in parsing:
                assert dotted(getattr(call.args[1], "func", call.args[1])) == "safe_parser", name_of(module)
            elif name == "etree.XSLT":
                (access,) = (word.value for word in call.keywords if word.arg == "access_control")
                assert dotted(access) == "etree.XSLTAccessControl.DENY_ALL"
            else:
                assert not name.endswith("xinclude"), name_of(module)
    assert made == ["ringback/sources/documents.py", "ringback/stanza/xml.py"]


def test_yaml_makes_plain_values_only() -> None:
    """By the safe loader's events, or by the one that keeps comments and makes its own types alone."""
    made = [
        (name_of(module), keywords(call))
        for module in MODULES
        for name, call in calls(module)
        if name == "YAML"
    ]
    assert sorted(made, key=str) == [
        ("ringback/export/document.py", {}),
        ("ringback/spec/document.py", {"typ": "safe", "pure": True}),
    ]


def test_files_are_made_in_few_places() -> None:
    """The event file, the ledger, and whatever a command writes; each of the three is tested below."""
    making: set[str] = set()
    for module in MODULES:
        for name, call in calls(module):
            last = name.rpartition(".")[2]
            modes = [each.value for each in call.args if isinstance(each, ast.Constant)]
            if last in {
                "write_text",
                "write_bytes",
                "touch",
                "symlink_to",
                "copyfile",
                "mkstemp",
            }:
                making.add(f"{name_of(module)} {last}")
            elif last == "open" and any(
                isinstance(mode, str) and re.fullmatch("[wax+rbt]{1,3}", mode) and set(mode) & set("wax+")
                for mode in modes
            ):
                making.add(f"{name_of(module)} open")
        if "O_CREAT" in module.read_text("utf-8"):
            making.add(f"{name_of(module)} O_CREAT")
    assert making - {
        "ringback/archive/evidence.py touch",  # 0600, in a folder that is made for it and goes away
        "ringback/archive/evidence.py write_bytes",
        "ringback/cli/manual.py write_text",  # of click's formatter
        "ringback/commands/environment.py write_bytes",  # to standard output, as the next
        "ringback/commands/pictures.py write_bytes",
    } == {
        "ringback/commands/writing.py O_CREAT",
        "ringback/eventfile.py O_CREAT",
        "ringback/ledger/opening.py O_CREAT",
        "ringback/report/schema.py write_text",  # the package's own files, by its developers
        "ringback/watch/proxy.py open",  # what `write_file` has made, to append
    }
