"""The bare engine, as a peer: what Temporal alone does on this machine with as many decisions as a dispute has.

    python -m bench.raw --cases 40 --decisions 8 --at 1,10,50

`case`, `store` and `worker` are its workflow, its one table and its worker process; `measuring` plays its cases.
"""
