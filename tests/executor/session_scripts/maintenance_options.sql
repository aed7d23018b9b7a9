1: create table t(i int, v text)
1: vacuum (foo)
1: vacuum (full false) t
1: vacuum (full maybe) t
1: analyze (full) t
1: analyze (verbose false) t
1: vacuum t(i)
1: vacuum (analyze) t(i, nocol)
1: analyze t(i, i)
1: analyze nosuch
1: begin
1: vacuum
1: rollback
1: explain (analyze maybe) select 1
1: explain (foo) select 1
1: explain (timing) select 1
1: explain (wal, analyze false) select 1
1: explain (format foo) select 1
1: explain (format 1) select 1
1: explain (serialize foo, analyze) select 1
1: explain (generic_plan, analyze) select 1
1: explain (analyze 2) select 1
