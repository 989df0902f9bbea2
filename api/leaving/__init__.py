"""Leaving (离任交接): a person hands his work on first, and what nobody answers any more goes one level up."""
