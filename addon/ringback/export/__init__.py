"""What goes back to the specification: captures, issue bodies, patches, verdicts. All of it for publication.

Nothing here opens a file or asks anybody: texts out of evidence, each with placeholders
(`ringback.sanitize`) and through the scan of `ringback.export.leakscan`. The same evidence gives the same
bytes.
"""
