"""The rules of the process, pure: no I/O, no wall clock, no Temporal, no SQL."""
