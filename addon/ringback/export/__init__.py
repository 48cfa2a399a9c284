"""What goes back to the specification: captures, issue bodies, patches, verdicts. All of it for publication.

Nothing here opens a file or asks anybody: texts out of evidence, each with placeholders
(`ringback.sanitize`) and through the scan of `ringback.export.leakscan`. The same evidence gives the same
bytes.
"""

from ringback.version import VERSION

TOOLS = ("mitmproxy", "ringback" if "+" in VERSION else f"ringback@{VERSION}")
"""What captures are made with; a checkout that is not installed has no version worth telling.

Source: wacrg spec/tools/mitmproxy.yaml; corpus/schema/capture.schema.json for `tool@version`.
"""
