"""The sessions at the left: listed under headings, filtered, chosen from."""
