"""Many captures at once: by processes of this machine, or by workers of a Dask cluster.

Each capture is gone through by itself, as `ringback replay CAPTURE` does, wherever a process is free for it.
What comes back has placeholders and pseudonyms only; it is joined in the order in which the captures were
named, whichever was done first.

    paths -> task, done by pool or cluster -> joining
"""
