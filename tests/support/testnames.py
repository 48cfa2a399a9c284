"""The names of tests, as documentation states them."""

from __future__ import annotations

import ast
from pathlib import Path


def functions(file: Path) -> set[str]:
    """The tests that a file defines, as pytest names them."""
    names = set()
    for node in ast.parse(file.read_text("utf-8")).body:
        members = node.body if isinstance(node, ast.ClassDef) else [node]
        prefix = f"{node.name}::" if isinstance(node, ast.ClassDef) else ""
        for member in members:
            if isinstance(member, ast.FunctionDef | ast.AsyncFunctionDef) and member.name.startswith("test_"):
                names.add(f"{prefix}{member.name}")
    return names
