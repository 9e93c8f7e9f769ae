-- The databases, and a role of its own for each that works with them; run by psql as the cluster's superuser at each start.
-- `--set=secrets=` names the folder with their passwords: a changed one counts from then on. docs/security.md says what each may do.
\set ON_ERROR_STOP on
SET client_min_messages = warning;
\setenv SECRETS :secrets
\set airflow_password `cat "$SECRETS/airflow_database_password"`
\set billetbro_password `cat "$SECRETS/billetbro_database_password"`
\set reader_password `cat "$SECRETS/reader_database_password"`
\set backup_password `cat "$SECRETS/backup_database_password"`

SELECT '' IN (:'airflow_password', :'billetbro_password', :'reader_password', :'backup_password') AS missing \gset
\if :missing
DO $$ BEGIN RAISE EXCEPTION 'a password is missing'; END $$;
\endif

SELECT format('CREATE ROLE %I', name)
FROM unnest(ARRAY['airflow', 'billetbro', 'billetbro_analyst', 'billetbro_reader', 'billetbro_backup']) AS name
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) \gexec

-- A password reaches no log of the server.
SET log_statement = 'none';
SET log_min_error_statement = 'panic';
ALTER ROLE airflow LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS PASSWORD :'airflow_password';
ALTER ROLE billetbro LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS PASSWORD :'billetbro_password';
ALTER ROLE billetbro_reader LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS PASSWORD :'reader_password';
ALTER ROLE billetbro_backup LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS PASSWORD :'backup_password';
RESET log_min_error_statement;
RESET log_statement;

-- Billetbro grants its views to the analysts itself; the reader is one of them, and can log in.
GRANT billetbro_analyst TO billetbro_reader;
ALTER ROLE billetbro_reader SET default_transaction_read_only = on;
GRANT pg_read_all_data TO billetbro_backup;

SELECT format('CREATE DATABASE %I OWNER %I', name, name)
FROM unnest(ARRAY['airflow', 'billetbro']) AS name
WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = name) \gexec

REVOKE ALL ON DATABASE airflow, billetbro, postgres, template1 FROM PUBLIC;
GRANT CONNECT ON DATABASE airflow TO billetbro_backup;
GRANT CONNECT ON DATABASE billetbro TO billetbro_backup, billetbro_reader;
