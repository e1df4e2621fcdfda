"""What the commands share that ask, and read what was asked, without the app: values, the asking, the output."""
