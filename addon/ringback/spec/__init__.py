"""The specification model: loaded from wacrg stanza files, exported as RELAX NG."""
