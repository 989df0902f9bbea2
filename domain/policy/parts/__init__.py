"""The parts of a process that a playbook writes, each with its own rules: colours, tasks, ladder, judges, exits."""
