"""What a person fills in with a decision or an action: one model a form, by the part of the process it belongs to."""
