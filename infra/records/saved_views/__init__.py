"""How people look at the list of disputes, as they keep it."""
