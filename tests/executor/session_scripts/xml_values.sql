1: select xmlelement(name a, repeat('y', 100)::bytea)
1: select xmlelement(name a, 1::money), xmlelement(name a, '0044-03-15 BC'::date, '0044-03-15 10:00 BC'::timestamp, '2020-01-01 10:00:00.123+05:30'::timestamptz)
1: set timezone = 'Asia/Kolkata'
1: select xmlelement(name a, '2020-01-01 10:00:00.123+05:30'::timestamptz), xmlforest('2020-06-01 00:00+00'::timestamptz as "t.t")
1: set datestyle = 'German'
1: select xmlelement(name a, '2020-01-01 10:00'::timestamptz, '2020-01-01'::date, '2020-01-01'::timestamp, '1 day'::interval)
1: reset datestyle
1: set intervalstyle = iso_8601
1: select xmlelement(name a, '1 day'::interval, array['1 day'::interval])
1: select xmlelement(name a, null::text), xmlelement(name a, ''::text), xmlelement(name a, array[[1,2],[3,4]]), xmlelement(name a, '{}'::int[])
1: select xmlparse(content '<a>' || chr(1) || '</a>')
1: select xmlparse(content '<a b="1" b="2"/>')
1: select xmlparse(content '<a>&#x1F600; &amp; &lt;</a>'), xmlparse(content '<![CDATA[<x>]]>'), xmlparse(content '<!-- c --><?pi x?>')
1: select xmlparse(content '</r><r>'), 1
1: select xmlparse(content '</a>'), 1
1: select xmlparse(document E'\n<?xml version="1.0"?><a/>')
1: select xmlparse(content E' <?xml version="1.0"?><a/>')
1: select xmlparse(content E'<?xml version="1.0"?>\n\n<a/>')
1: select xmlparse(content 'a & b')
1: select xmlparse(content 'a < b')
1: select xmlparse(content '<a:b/>'), xmlparse(document '<a xmlns:x=""/>')
1: select xmlparse(document '<!DOCTYPE a [<!ELEMENT a (b)>]><a><c/></a>')
1: select xmlelement(name "日本", 'é'), xmlforest(1 as "日本 x")
1: select xpath('//é', '<a><é>ü</é></a>'), xpath('/a', '<a>日本</a>')
1: select xpath('id("x")', '<a id="x"/>'), xpath('//*[local-name()="b"]', '<a><b/></a>'), xpath('//b[2]', '<a><b>1</b><b>2</b></a>'), xpath('//b/..', '<a><b/></a>')
1: select xmlcomment(null), xmlpi(name x, null), xmlparse(content null), xmlserialize(content null as text), xmlconcat(), 1
1: select xmlconcat(null)
1: select xpath(null, '<a/>'), xpath('/a', null), xpath_exists('/a', null), xmlexists('/a' passing null::xml)
1: select (xpath('/a/text()', '<a>1</a>'))[1]::text::int + 1
1: select '<a/>'::xml::varchar(2), '<a/>'::xml || 'x'
1: select unnest(xpath('//b', '<a><b>1</b><b>2</b></a>'))
1: select xml '<a/>', cast('<b/>' as xml)
1: create table xt (x xml default '<a/>', y xml check (y is document))
1: insert into xt (y) values ('<a/>')
1: insert into xt (y) values ('text')
1: insert into xt values ('<b', null)
1: select * from xt
1: alter table xt alter x type text
1: alter table xt alter x type xml using x::xml
1: select x from xt union all select y from xt
1: select x from xt union select y from xt
1: prepare px(xml) as select xpath('/a', $1)
1: execute px('<a>p</a>')
1: select xmlagg(x) over (), count(*) over () from (values ('<a/>'::xml),('<b/>')) v(x)
1: select string_agg(x::text, ',') from (values ('<a/>'::xml),('<b/>')) v(x)
1: select coalesce(null::xml, '<a/>'), case when true then '<a/>'::xml end, nullif('<a/>'::xml, '<b/>')
