"""The report: everything that was observed, on one page, as a document that every format is made from.

`document` builds a `model.Report` out of a casebook; it holds placeholders only. `tree` spells it as XML or
JSON, `page`, `markdown`, `junit` and `sarif` render it. Nothing here asks for the time: the same evidence
gives the same bytes.
"""
