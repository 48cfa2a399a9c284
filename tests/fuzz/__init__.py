"""Coverage-guided fuzzing of every parser: targets, their corpora, and what runs them."""
