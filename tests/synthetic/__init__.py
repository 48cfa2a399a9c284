"""The shipped synthetic captures: a small world that plays them, and the truth about what was sent."""
