"""santui against the bare engine: one run, one Temporal server, as many decisions a case on either side.

    python -m bench.engine --cases 40 --at 1,10,50 --repeat 3 --json figures.json

`santui up` runs in a state directory of its own; the raw peer (`bench.raw`) works on the same server in a namespace of
its own, and the two take turns, the peer before and after each run of santui. The peer's wait for the visible row is
the same moment as the answer that santui's decision is measured to. `--beside` measures another checkout in the same
run, in turns with this one, on a server of its own: that is how a change is measured. A run that fails is a line of the
table, and the next one goes on.
"""
