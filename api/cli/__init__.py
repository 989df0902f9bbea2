"""The command line: `santui …`, and the stories and demo disputes that it plays."""
