"""A view of any number of lines, of which only those on the screen are rendered."""
