"""A city's own words: what a playbook adds and renames, and what it may not say."""
