"""The outside: HTTP under /v1, pages under /, the command line beside it. Nothing of ours imports it."""
