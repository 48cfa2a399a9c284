"""The colours of a ladder's picture, on light and on dark paper."""

from __future__ import annotations

LIGHT = {
    "paper": "#ffffff",
    "ink": "#1f2328",
    "faint": "#59636e",
    "lane": "#c4ccd4",
    "line": "#0b5cad",
    "unseen": "#6e7781",
    "caller": "#0a6e7c",
    "server": "#1f2328",
    "callee": "#7a3e9d",
    "other": "#59636e",
    "rest": "#59636e",
    "ok": "#1a7f37",
    "note": "#0a6e7c",
    "warning": "#8a5a00",
    "error": "#c1121f",
}
"""By what is painted: the paper, text, a lane, an arrow, and each severity. Text has a contrast of 4.5."""

DARK = {
    "paper": "#0d1117",
    "ink": "#e6edf3",
    "faint": "#9aa4ae",
    "lane": "#3d444d",
    "line": "#6cb6ff",
    "unseen": "#8b949e",
    "caller": "#56d4dd",
    "server": "#e6edf3",
    "callee": "#d2a8ff",
    "other": "#9aa4ae",
    "rest": "#9aa4ae",
    "ok": "#56d364",
    "note": "#56d4dd",
    "warning": "#e3b341",
    "error": "#ff7b72",
}
