"""The doctor: what ringback needs of the machine that it runs on, each thing looked at by itself.

Nothing is changed or made, no key is told, and no name of a home folder: what is told can be shown to others.
"""
