"""The whole system over HTTP: stories, the demo disputes, the contract."""
