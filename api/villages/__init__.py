"""Villages: their one auxiliary, the contact network, and who answers for the place of a dispute."""
