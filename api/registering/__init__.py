"""登记 at the desk: the form, what stands beside it while it is filled in, and what became of a report."""
