"""What a process runs on: settings, logs, keys, files, child processes."""
