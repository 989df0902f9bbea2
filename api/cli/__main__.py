"""`python -m api.cli`: the command line."""

import gc

gc.disable()  # a fifth of the time of loading goes into looking for garbage where everything is kept

from api.cli.main import cli  # noqa: E402

gc.freeze()
gc.enable()
cli(prog_name="santui")
