"""The servers that the user agreed to send a key to."""

from tui.store.database import Database


class TrustedServers:
    """Base URLs, each as it was checked."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def trusts(self, base_url: str) -> bool:
        """Whether the user agreed to this server, in this run of the program or an earlier one."""
        query = "SELECT 1 FROM trusted_servers WHERE base_url = ?"
        return self._database.read(lambda connection: connection.execute(query, (base_url,)).fetchone()) is not None

    def trust(self, base_url: str) -> None:
        """Keep that the user agrees to this server."""
        query = "INSERT INTO trusted_servers (base_url) VALUES (?) ON CONFLICT DO NOTHING"
        self._database.write(lambda connection: connection.execute(query, (base_url,)))
