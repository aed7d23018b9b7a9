1: create table d (id int, x xml)
1: insert into d values (1, '<ROWS><ROW id="1"><N>AU</N><S unit="km">3</S></ROW><ROW id="5"><N>CN</N><N>two</N></ROW><ROW id="6"><S>4.5</S><R/></ROW></ROWS>'), (2, null), (3, '<ROWS/>')
1: select d.id, t.* from d, xmltable('/ROWS/ROW' passing x columns id int path '@id', n for ordinality, "S" numeric, u text path 'S/@unit' default 'none', r xml path 'R', whole xml path '.', cnt int path 'count(N)', b bool path 'count(N) > 0', bn int path 'count(N) > 0', txt text path 'string(S)', f float8 path '1 div 3', big text path '1000000 * 1000000') t order by 1, 2
1: select * from xmltable('/a/b' passing '<a><b>1</b><b>2</b></a>' columns b int path '.')
1: select * from xmltable('/a/b' passing '<a><b>1</b><b>x</b></a>' columns b int path '.')
1: select * from xmltable('/a' passing '<a><b>1</b><b>x</b></a>' columns b text)
1: select * from xmltable('/a' passing '<a><b>1</b><b>x</b></a>' columns b xml, c text default 'q' not null, e text not null)
1: select * from xmltable('/a' passing '<a/>' columns b xml, c text default 'q' not null) as t(x)
1: select * from xmltable('/a' passing '<a/>' columns b xml, b text)
1: select * from xmltable('/a' passing '<a/>' columns a for ordinality, b for ordinality)
1: select * from xmltable(xmlnamespaces('http://x' as x), '/x:a/x:b' passing '<a xmlns="http://x"><b>7</b></a>' columns v int path '.', w text path 'x:c' default 'no')
1: select * from xmltable(xmlnamespaces(default 'http://x'), '/a' passing '<a/>' columns v int path '.')
1: select * from xmltable('' passing '<a/>' columns v int path '.')
1: select * from xmltable('/a' passing '<a/>' columns v int path '')
1: select * from xmltable(null passing '<a/>' columns v int)
1: select * from xmltable('/a' passing '<a' columns v int)
1: select * from xmltable('/a[' passing '<a/>' columns v int)
1: select * from xmltable('count(/a)' passing '<a/>' columns v int)
1: select * from xmltable('/a' passing 5 columns v int)
1: select xmltable.* from d, xmltable('/ROWS/ROW' passing x columns id int path '@id', n text path 'N[1]') where xmltable.id > 1
1: create view tv as select t.* from d, xmltable('/ROWS/ROW' passing d.x columns id int path '@id', n for ordinality, "S s" numeric path 'S' default 1, u text path 'S/@unit' not null) t
1: create view tv2 as select * from d, lateral xmltable(xmlnamespaces('u' as x), '/ROWS/ROW' passing by ref x columns i text path '@id')
1: select pg_get_viewdef('tv'::regclass)
1: select pg_get_viewdef('tv2'::regclass)
1: select * from tv2 order by i
1: select * from d left join xmltable('/ROWS/ROW' passing '<ROWS><ROW id="1"/></ROWS>'::xml columns q int path '@id') z on z.q = d.id order by 1
1: select * from xmltable('/a' passing '<a b="2020-01-02"/>' columns d date path '@b', arr int[] path 'zz' default '{1,2}', v varchar(3) path '"abc"')
1: select count(*) from d, xmltable('//N' passing x columns t text path '.')
