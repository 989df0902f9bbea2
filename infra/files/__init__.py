"""Files that people send: examined before they are taken, sealed as they come, shown without what is behind."""
