"""The directories that clients make and upload documents to: a folder of the server's own each, and what is in it."""
