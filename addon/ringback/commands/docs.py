"""`ringback docs`: the pages that lie in the package, for whoever has no checkout."""

from __future__ import annotations

from importlib import resources
from importlib.resources.abc import Traversable

from ringback.commands.environment import Environment
from ringback.commands.usage import ArgumentError
from ringback.filters.errors import alternatives
from ringback.status import ExitCode

_SUFFIX = ".md"


def pages() -> dict[str, Traversable]:
    """Every page by its name, `filters`, in order."""
    found = (resources.files("ringback") / "docs").iterdir()
    named = {each.name.removesuffix(_SUFFIX): each for each in found if each.name.endswith(_SUFFIX)}
    return dict(sorted(named.items()))


def list_pages(environment: Environment) -> ExitCode:
    """Print the name and the title of every page."""
    known = pages()
    width = max(map(len, known))
    for name, page in known.items():
        title = page.read_text("utf-8").partition("\n")[0].removeprefix("# ")
        environment.write(f"{name:<{width}}  {title}\n")
    return ExitCode.OK


def show_page(name: str, environment: Environment) -> ExitCode:
    """Print one page as it is, in Markdown.

    Raises:
        ArgumentError: there is no page of that name.
    """
    known = pages()
    page = known.get(name.removeprefix("docs/").removesuffix(_SUFFIX))
    if page is None:
        raise ArgumentError(f"there is no page {name!r}{alternatives(name, known, 'ringback docs')}")
    environment.write(page.read_text("utf-8"))
    return ExitCode.OK
