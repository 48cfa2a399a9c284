"""The gate: findings against a threshold and a baseline, for machines that have to say yes or no.

`findings` counts what a casebook holds by place, `baseline` is what was known before, `outcome` is the
verdict; the other modules spell it. Nothing here asks for the time: the same evidence gives the same bytes.
"""
