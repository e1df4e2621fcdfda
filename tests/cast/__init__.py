"""The short film of the README, made from the real app: `make cast`."""
