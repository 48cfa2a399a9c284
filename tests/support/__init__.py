"""Helpers shared by the tests: peers and builders, no tests of their own."""
