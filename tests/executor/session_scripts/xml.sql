1: select '<a>'::xml
1: select '<a/><b'::xml
1: select 'x<b>y</b>z'::xml, ''::xml, '  '::xml, '<?xml version="1.0"?><a/>'::xml, '<?xml version="1.0" encoding="latin1" standalone="yes"?><a/>'::xml, '<?xml version="1.1"?><a/>'::xml
1: select '<!DOCTYPE a><a/>'::xml, '<!DOCTYPE a><a/><b/>'::xml
1: select '<!DOCTYPE a [<!ENTITY e "x">]><a>&e;</a>'::xml
1: select '<a>&e;</a>'::xml
1: select '<?xml version="2.0"?><a/>'::xml, '<?xml foo?><a/>'::xml
1: select xmlparse(document 'abc')
1: select xmlparse(document '<a/><b/>')
1: select xmlparse(document '  <a> x </a> ' strip whitespace), xmlparse(content '  <a/> x')
1: select xmlparse(document '<!DOCTYPE a><a/>')
1: select xmlcomment('x'), xmlcomment('a-b')
1: select xmlcomment('a--b')
1: select xmlcomment('a-')
1: select xmlconcat('<a/>', null, 'x<b/>'), xmlconcat(null, null), xmlconcat(xmlcomment('a'), '<?xml version="1.1" standalone="no"?><b/>', '<?xml version="1.1"?><c/>')
1: select xmlconcat('<?xml version="1.0" standalone="yes"?><b/>'), xmlconcat('<?xml version="1.1" standalone="yes"?><b/>', '<?xml version="1.1" standalone="yes"?><b/>')
1: select xmlelement(name a), xmlelement(name "a b", null), xmlelement(name a, '<>&"''' || E'\r\n\t'), xmlelement(name a, '<b/>'::xml, 'c'), xmlelement(name a, xmlattributes(E'<>&"''\r\n\t' as b, null as c))
1: select xmlelement(name a, true, 1.50, 1e20::float8, 'NaN'::float8, date '2020-01-02', timestamp '2020-01-02 03:04:05.6', timestamptz '2020-01-02 03:04:05+00', '\x00ff'::bytea, array[1,null,2], interval '1 day', time '10:00', '{"a":"<"}'::json)
1: select xmlelement(name a, xmlattributes(true as b, '\xff'::bytea as c, array['a','<'] as d, '<x/>'::xml as e))
1: select xmlelement(name a, xmlattributes(1 as b, 2 as b))
1: select xmlelement(name a, xmlattributes(1))
1: select xmlforest(1)
1: select xmlelement(name xml, 1), xmlelement(name ":a", 1), xmlelement(name "a:b", 1), xmlelement(name "1a", 1), xmlelement(name "_x0020_", 1), xmlelement(name "é", 1), xmlelement(name "a.b-c",1), xmlelement(name "XmLa",1)
1: select xmlelement(name a, timestamp 'infinity')
1: select xmlelement(name a, date 'infinity')
1: select xmlforest(c.x, c.y as "z w") from (values (1,'a'),(null,'b'),(null,null)) c(x,y)
1: select xmlforest(c.x as "xml", c."a:b") from (values (1,2)) c(x,"a:b")
1: select xmlpi(name foo), xmlpi(name foo, '  bar '), xmlpi(name foo, null), xmlpi(name "a b", 'x'), xmlpi(name foo, '')
1: select xmlpi(name xml)
1: select xmlpi(name xmL, 'x')
1: select xmlpi(name foo, 'a?>b')
1: select xmlroot('<a/>', version '1.1'), xmlroot('<a/>', version '1.0'), xmlroot('<?xml version="1.1" standalone="yes"?><a/>', version no value), xmlroot('<?xml version="1.1" standalone="yes"?><a/>', version no value, standalone no), xmlroot('<?xml version="1.1" standalone="yes"?><a/>', version '1.2', standalone no value), xmlroot(null, version '1.0'), xmlroot('<a/>', version null)
1: select xmlserialize(content 'x<a/>' as text), xmlserialize(document '<a/>'::xml as varchar), xmlserialize(content '<a/>'::xml as char(2))
1: select xmlserialize(document 'x<a/>'::xml as text)
1: select xmlserialize(content 'x<a/>'::xml as int)
1: select '<a/>'::xml is document, 'x'::xml is document, '<a/><b/>'::xml is not document, null::xml is document, '<!DOCTYPE a><a/>'::xml is document
1: select xml_is_well_formed('<a'), xml_is_well_formed('x'), xml_is_well_formed_document('x'), xml_is_well_formed_content('x'), xml_is_well_formed('<pg:foo xmlns:pg="http://x">bar</my:foo>'), xml_is_well_formed_document('<a>&x;</a>')
1: set xml option document
1: select xml_is_well_formed('x'), xml_is_well_formed('<a/>')
1: select 'x'::xml
1: select '<a/>'::xml, xmlparse(content 'x')
1: select xmlagg(x) from (values ('<a/>'::xml),(null),('<b/>')) v(x)
1: set xml option content
1: select xmlagg(x order by x::text desc), xmlagg(x) filter (where false) from (values ('<a/>'::xml),(null),('x')) v(x)
1: select xpath('//b', '<a><b>1</b><b x="2">&lt;</b></a>'), xpath('//b/text()', '<a><b>1</b><b>&lt;&#233;</b></a>'), xpath('//@x', '<a x="1&quot;&lt;"/>'), xpath('count(//b)', '<a><b/></a>'), xpath('//b = 1', '<a><b>1</b></a>'), xpath('string(//b)', '<a><b>1&lt;</b></a>'), xpath('//zzz', '<a/>'), xpath('name(/*)','<a/>'), xpath('1 div 0', '<a/>'), xpath('''<x>''','<a/>')
1: select xpath('//b:c/text()', '<a xmlns:q="http://x"><q:c>1</q:c></a>', array[array['b','http://x']]), xpath('/*', '<a xmlns="http://y"><c/></a>'), xpath('//p:c', '<a xmlns:p="http://y"><p:c z="1"/></a>', array[array['p','http://y']])
1: select xpath('//b', 'x')
1: select xpath('', '<a/>')
1: select xpath('//[', '<a/>')
1: select xpath('//x:y', '<a/>')
1: select xpath('/a', '<a/><b/>')
1: select xpath('/a', '<a/>', array['a','b'])
1: select xpath('/a', '<a/>', array[array['a','b','c']])
1: select xpath('/a', '<a/>', array[array['a',null]])
1: select xpath_exists('//b', '<a><b/></a>'), xpath_exists('//c', '<a><b/></a>'), xpath_exists('1', '<a/>'), xmlexists('//b' passing '<a><b/></a>'), xmlexists('//b' passing by ref '<a/>' by ref), xmlexists('count(/x)' passing '<a/>')
1: select xpath('/a/b', '<?xml version="1.0" encoding="latin1"?><a><b>é</b></a>')
1: select '<a/>'::xml = '<a/>'::xml
1: select '<a/>'::xml::text, 'x'::text::xml, 'x'::varchar::xml
1: select xmlvalidate('<a/>', 'x')
1: select distinct x from (values ('<a/>'::xml)) v(x)
1: select 1 from (values ('<a/>'::xml)) v(x) order by x
1: set xmlbinary = hex
1: select xmlelement(name a, '\x00ff'::bytea), xmlforest('\x00ff'::bytea as b)
1: select array['<a/>'::xml, 'x'], '{<a/>,"x y"}'::xml[]
1: select xmlelement(name a, array['<a/>'::xml, 'x'], row(1,'<'))
1: create table docs (id int primary key, x xml, n text)
1: insert into docs values (1, '<a id="1">x</a>', 'one'), (2, 'text <b/>', 'two'), (3, null, null)
1: insert into docs values (4, '<a')
1: select * from docs order by id
1: select xmlelement(name doc, xmlattributes(id, n as "name"), x) from docs order by id
1: select xmlforest(id, n, x) from docs order by id
1: select xmlagg(xmlelement(name n, n) order by id desc) from docs
1: select id from docs where x is document order by id
1: select xpath('/a/text()', x) from docs where x is document
1: create view made as select xmlelement(name "a b", xmlattributes(id as i, n), x, 'y') as e, xmlforest(id, n as "N n"), xmlconcat(x, '<z/>'), xmlparse(document '<a/>'), xmlparse(content n) as p, xmlpi(name foo, 'bar'), xmlpi(name foo) as q, xmlroot(x, version '1.1', standalone yes), xmlroot(x, version no value, standalone no value) as r, x is document as d, x is not document as nd from docs
1: select pg_get_viewdef('made'::regclass)
1: select * from made where d
1: select xmlelement(name a, xmlattributes(xmlelement(name b) as c), repeat('x', 3)), xmlconcat(1, 2)
1: select xmlconcat(xmlelement(name a), 'x')::text, xmlserialize(content xmlforest(1 as a) as text)
1: select xmlelement(name a, repeat('y', 60)::bytea)
1: select xmlroot(xmlelement(name a), version '1.0', standalone yes), xmlparse(document '<!-- c --><a/>')
1: select xmlpi(name foo, 1)
1: select 'x' is document
1: select pg_typeof(xmlelement(name a)), pg_typeof(xmlserialize(content '<a/>' as varchar(10)))
1: copy docs (id, x) from stdin <<< 10	<c/>|11	y
1: select id, x from docs where id > 9 order by id
1: update docs set x = xmlconcat(x, xmlcomment('c')) where id = 10 returning x
1: select id from docs order by x::text limit 1
1: select id from docs group by x
1: create index on docs (x)
