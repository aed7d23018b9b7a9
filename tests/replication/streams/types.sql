create type mood as enum ('sad', 'happy');
create schema elsewhere;
create type elsewhere.pair as (a integer, b text);
create domain elsewhere.positive as integer check (value > 0);
create domain named as elsewhere.positive;
create domain short as varchar(5);
create table typed (id integer primary key, m mood, ms mood[], p elsewhere.pair, d elsewhere.positive, n named, s short);
create table built_in (
    id integer primary key, a smallint, b bigint, c real, d double precision, e numeric, f char(5), g varchar(7), h text,
    i bytea, j bit(4), k bit varying(6), l date, m time(2), n time with time zone, o timestamp with time zone, p interval,
    q uuid, r json, s inet, t "char", u name, v oid, w numeric(6,2)[], x varchar(3)[], y char(2)[], z timestamp(0)[]
);
create table preset (id serial primary key, b integer not null default 6, c text default 'it''s', d date default '2020-01-02', e real);
create publication codecs_publication for all tables;
-- start
insert into typed values (1, 'happy', '{sad,happy}', '(1,"x y")', 5, 6, 'abc');
update typed set m = 'sad';
insert into built_in values (
    1, -2, 3, 1.25, 'Infinity', 12345678901234567890.5, 'ab', 'vc', 'tx', '\xdeadbeef', b'1010', b'101', '2026-11-23',
    '06:10:00.12', '06:10:00+02', '2026-11-23 06:10:00+00', '1 year 2 mons 3 days 04:05:06', 'c9a646d3-9c61-4cb7-bfcd-ee2522c8f633',
    '{"a": 1}', '10.0.0.1/8', 'x', 'nm', 4294967295, '{1.5,NULL}', '{ab,"c d"}', '{a,bc}', '{"2026-11-23 06:10:00"}'
);
insert into built_in (id) values (2);
delete from typed;
insert into preset default values;
insert into preset (b, c, e) values (7, E'tab\t "quote" back\\slash \x01 \n', '-Infinity');
