"""Programs' tokens: made, seen and ended by the person for whom they ask."""
