"""The access log: who read or tried what, for those who may know."""
