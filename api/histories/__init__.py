"""Histories of the engine: where they are found, and the state of a case from one."""
