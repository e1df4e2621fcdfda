"""What may keep the app from working well here, found out and put in words."""
