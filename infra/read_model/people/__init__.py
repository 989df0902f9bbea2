"""Who is there to answer what waits."""
