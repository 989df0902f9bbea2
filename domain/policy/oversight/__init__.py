"""What a playbook has looked at again beside the process; nothing of it is pinned in a case."""
