"""`python -m api.cli`: the command line."""

from api.cli.main import cli

cli(prog_name="santui")
