"""The app in lines, for screen readers and for terminals that cannot place text: nothing is ever drawn over."""
