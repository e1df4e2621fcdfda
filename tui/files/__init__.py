"""Files of the user's: which of them are looked at, and how the program writes its own."""
