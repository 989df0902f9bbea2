"""Tables beside the read model: people, reports, files, comments, messages, events, jobs, the access log."""
