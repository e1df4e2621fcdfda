"""The embedded server: the chat API over your own folders. Imported only by `llamachat-tui serve`."""
