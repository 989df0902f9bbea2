"""The database: engine, sessions, column types, tables, migrations."""
