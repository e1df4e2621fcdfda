"""Whether a session was about to be created whose first question was never asked: it may be on the server, empty."""

from tui.store.database import Database


class Creations:
    """The accounts in which that is so. `Journal.begin` ends it with the first question."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def begin(self, account: str) -> None:
        """Keep that a session is about to be created."""
        query = "INSERT INTO creations (account) VALUES (?) ON CONFLICT DO NOTHING"
        self._database.write(lambda connection: connection.execute(query, (account,)))

    def is_unfinished(self, account: str) -> bool:
        """Whether a session may have been created that nothing was asked in."""
        query = "SELECT 1 FROM creations WHERE account = ?"
        return self._database.read(lambda connection: connection.execute(query, (account,)).fetchone()) is not None
