"""A provider that says who somebody is (OpenID Connect)."""
