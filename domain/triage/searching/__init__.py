"""By what words a dispute is looked for."""
