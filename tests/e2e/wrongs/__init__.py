"""The eleven contradictions that an audit found between santui and the reports, each tried over HTTP on the real
server as it was tried then, and held to the report's words."""
