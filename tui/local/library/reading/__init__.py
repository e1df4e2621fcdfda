"""Reading files, in processes of their own: one that crashes, hangs or takes all memory takes no other file along."""
