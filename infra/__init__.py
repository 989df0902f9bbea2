"""What the rules and the process stand on: settings, database, engine, processes.

Imports `domain` and nothing else of ours. The composition roots (`worker.py`, `api/app.py`, `api/cli/main.py`) wire it.
"""
