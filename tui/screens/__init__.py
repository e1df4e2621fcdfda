"""The screens: the only code that both hears widgets and calls the API and the store."""
