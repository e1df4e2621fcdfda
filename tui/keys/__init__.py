"""Keys: which action has which, how the user changes that, and how keys are spelled."""
