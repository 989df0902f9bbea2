"""A policy tried to its ends: every way that a case may take under a playbook, by the workflow's own code."""
