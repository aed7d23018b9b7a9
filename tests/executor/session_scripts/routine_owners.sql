1: create role regress_own_a login
1: create role regress_own_b login
1: grant create on schema public to regress_own_a, regress_own_b
1: set role regress_own_a
1: create function regress_own_f() returns int language sql as 'select 1'
1: create procedure regress_own_p() language sql as 'select 1'
1: reset role
1: set role regress_own_b
1: create or replace function regress_own_f() returns int language sql as 'select 2'
1: alter function regress_own_f() immutable
1: alter function regress_own_f() rename to regress_own_g
1: alter function regress_own_f() owner to regress_own_b
1: drop function regress_own_f()
1: alter procedure regress_own_p() security definer
1: drop procedure regress_own_p()
1: select regress_own_f()
1: reset role
1: set role regress_own_a
1: alter function regress_own_f() owner to regress_own_b
1: create or replace function regress_own_f() returns int language sql as 'select 3'
1: select regress_own_f()
1: drop function regress_own_f()
1: reset role
1: create or replace procedure regress_own_p() language sql as 'select 3'
1: select proname, proowner::regrole from pg_proc where proname like 'zz%'
1: drop procedure regress_own_p()
1: revoke create on schema public from regress_own_a, regress_own_b
1: drop role regress_own_a
1: drop role regress_own_b
