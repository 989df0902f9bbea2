"""What breaks and who races: a whole running system, killed and hurried through its HTTP interface."""
