"""A PostgreSQL with the databases and roles of production, made by production's own script."""

import subprocess
from dataclasses import dataclass
from pathlib import Path

import psycopg

from demo.environment import ROOT, EmbeddedPostgres

ROLES = ROOT / "deploy" / "postgres" / "roles.sql"
PASSWORD_FILES = {
    "airflow": "airflow_database_password",
    "billetbro": "billetbro_database_password",
    "billetbro_reader": "reader_database_password",
    "billetbro_backup": "backup_database_password",
}


@dataclass(frozen=True, slots=True)
class Installation:
    """A PostgreSQL with the roles, whose passwords are in a folder."""

    server: EmbeddedPostgres
    secrets: Path

    def make_roles(self) -> str:
        """Run the script as Compose does; return what it printed."""
        ran = self.try_to_make_roles(self.secrets)
        assert ran.returncode == 0, ran.stderr
        return ran.stdout + ran.stderr

    def try_to_make_roles(self, secrets: Path) -> subprocess.CompletedProcess[str]:
        """Run the script with the passwords of a folder."""
        server = self.server
        command = [server.programs / "psql", "--no-psqlrc", "--quiet", f"--set=secrets={secrets}", f"--file={ROLES}"]
        environment = {
            "PGHOST": server.host,
            "PGPORT": str(server.port),
            "PGUSER": server.user,
            "PATH": "/usr/bin:/bin",
        }
        environment |= {"PGPASSWORD": server.password, "PGDATABASE": "postgres"}
        return subprocess.run(command, env=environment, check=False, capture_output=True, text=True)

    def url(self, role: str, database: str) -> str:
        """Return where a role finds a database."""
        password = (self.secrets / PASSWORD_FILES[role]).read_text()
        return f"postgresql://{role}:{password}@{self.server.host}:{self.server.port}/{database}"

    def ask(self, role: str, database: str, statement: str) -> list[tuple[object, ...]]:
        """Run a statement as a role, and return its rows."""
        with psycopg.connect(self.url(role, database), autocommit=True) as connection:
            done = connection.execute(statement.encode())
            return done.fetchall() if done.description else []
