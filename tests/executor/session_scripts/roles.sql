1: create role roles_a login
1: create role roles_b
1: set session authorization roles_a
1: select session_user, current_user
1: set role roles_b
1: show role
1: show is_superuser
1: set session authorization postgres
1: select session_user, current_user
1: create role roles_c in role roles_b
1: grant roles_b to roles_a
1: set session authorization roles_a
1: set role roles_b
1: select session_user, current_user
1: show role
1: set session authorization default
1: show role
1: show session_authorization
1: select current_user
1: set role roles_b
1: reset all
1: show role
1: alter role roles_b rename to roles_x
1: reset role
1: set role roles_b
1: set session authorization roles_a
1: alter role roles_b rename to roles_x
1: set log_statement='all'
1: alter role roles_a set log_statement='all'
1: set session authorization roles_b
1: reset session authorization
1: set role nope
1: drop role pg_monitor
1: alter role pg_monitor login
1: drop role roles_a, roles_b, roles_c
1: grant pg_database_owner to roles_a
1: select system_user
1: begin
1: set local role roles_a
1: select current_user
1: set local session authorization roles_b
1: select current_user, session_user
1: show role
1: rollback
1: select current_user
1: set session authorization roles_a
1: set session authorization roles_a
1: set session authorization 'roles_a'
1: set role 'roles_a'
