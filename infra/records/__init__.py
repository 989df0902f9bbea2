"""Records beside the process: people, reports, files, messages, events, jobs, the access log."""
