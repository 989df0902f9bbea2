"""Numbers of notices (函件), given as their cases are published."""
