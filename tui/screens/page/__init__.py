"""The page of a document that a passage stands on, as a picture."""
