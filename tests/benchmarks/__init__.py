"""What ringback costs, beside what else can be done with the same bytes: `run.py`. No part of the tests."""
