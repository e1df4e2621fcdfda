"""The settings as the user sees and changes them: listed with what they mean, and kept in the config file."""
