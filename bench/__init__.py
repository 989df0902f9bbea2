"""What is measured, and how to measure it again.

- `python -m bench.raw`: the bare engine, the peer that everything else is compared with.

`support` holds what every bench shares (the server, the numbers, the table); `raw_case`, `raw_store` and `raw_worker`
are the bare engine's workflow, its one table and its worker process.
"""
