"""The widgets: they draw values and post messages, and never await the network."""
