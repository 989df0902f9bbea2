"""What goes over the wire and is no business of a room."""
