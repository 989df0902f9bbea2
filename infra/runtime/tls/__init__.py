"""How the engine and the database are reached over a network: TLS, whose certificates, and what is refused."""
