"""The colour themes, and their names for those who do not draw."""
