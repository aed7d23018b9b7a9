"""Who may connect, from where, and how they prove who they are: pg_hba.conf and pg_ident.conf, sans-IO but for reading files."""
