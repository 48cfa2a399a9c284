"""What the subcommands of `ringback` do: values and an `Environment` in, an exit code out."""
