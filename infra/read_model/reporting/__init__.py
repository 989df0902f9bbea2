"""What desks report up, what is drawn for a second look, and the supervision that figures call down."""
