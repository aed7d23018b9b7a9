1: set transaction isolation level serializable
1: show transaction_isolation
1: set transaction isolation level serializable; show transaction_isolation; select 1; show transaction_isolation
1: select 1; set transaction isolation level serializable
1: set transaction read only; create table no(i int)
1: set transaction deferrable
1: begin
1: show transaction_isolation
1: set transaction isolation level repeatable read
1: set transaction read only
1: set transaction read write
1: set transaction deferrable
1: select 1
1: show transaction_isolation
1: set transaction read only
1: set transaction read write
1: rollback
1: begin
1: savepoint a
1: set transaction isolation level serializable
1: rollback
1: create table t(i int, v text)
1: insert into t values (1, 'a'), (2, null)
1: copy t to stdout
1: copy t to stdout (format csv, header, force_quote *)
1: copy t to stdout (format binary, header)
1: copy t to stdout (format text, force_quote *)
1: copy t(i, i) to stdout
1: copy (select $1) to stdout
1: copy (values (1,null),(2,'a')) to stdout (null 'NULL', delimiter '|')
1: copy (delete from t) to stdout
1: copy (delete from t returning i) to stdout
1: copy (select 1 into x) to stdout
1: copy nosuch to stdout
1: copy t to stdout (format foo)
1: copy t to stdout (format csv, header maybe)
1: copy t to stdout (format csv, header 1)
1: copy t to stdout (delimiter)
1: copy t to stdout (freeze)
1: copy t to stdout (freeze 2)
1: create view vv as select * from t
1: copy vv to stdout
