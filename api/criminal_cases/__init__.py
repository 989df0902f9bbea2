"""The register of criminal cases (立案) and the word on which disputes they grew out of (民转刑)."""
