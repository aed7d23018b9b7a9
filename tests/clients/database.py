"""Where a test's database is, in the forms that clients want."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Database:
    """The address of one database of a running server."""

    host: str
    port: int
    user: str
    name: str

    def dsn(self) -> str:
        """For libpq and psycopg."""
        return f"host={self.host} port={self.port} user={self.user} dbname={self.name}"

    def url(self, scheme: str = "postgresql") -> str:
        """For asyncpg (`postgresql`), SQLAlchemy (`postgresql+psycopg`) and others."""
        return f"{scheme}://{self.user}@{self.host}:{self.port}/{self.name}"
