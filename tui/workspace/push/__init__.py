"""Bringing a folder of this machine to a directory of LlamaCloud: what is to be sent, and the sending."""
