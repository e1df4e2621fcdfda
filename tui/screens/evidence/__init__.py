"""Checking an answer: its evidence, the ledger of the session, and what the agent did."""
