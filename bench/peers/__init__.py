"""Other workflow systems beside santui and the bare engine, in one run: `python -m bench.peers`.

Each is installed for the bench alone (`requirements.lock`), into a virtual environment in the run's own folder, and
runs as a process that opens cases and takes decisions over a pipe (`serving`). A decision is measured until the case
has it durably and its row shows it.
"""
