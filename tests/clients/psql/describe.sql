CREATE TABLE author (id serial PRIMARY KEY, name varchar(50) NOT NULL UNIQUE, born date, rating numeric(4,2) DEFAULT 0);
CREATE TABLE book (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, title text NOT NULL, author_id int NOT NULL
  REFERENCES author ON DELETE CASCADE, price numeric(8,2) CONSTRAINT positive CHECK (price > 0.5), about jsonb,
  added timestamptz DEFAULT now(), tags text[], size int GENERATED ALWAYS AS (length(title)) STORED);
CREATE INDEX book_author ON book (author_id);
CREATE UNIQUE INDEX book_title ON book (title) WHERE price IS NOT NULL;
CREATE VIEW cheap AS SELECT b.title, a.name AS author FROM book b JOIN author a ON a.id = b.author_id WHERE b.price < 10;
CREATE SCHEMA other;
CREATE TABLE other.thing (a int, b text);
CREATE SEQUENCE counter INCREMENT 5 START 10;
COMMENT ON TABLE book IS 'what can be read';
COMMENT ON COLUMN book.title IS 'as on the cover';
\d
\dt
\dt other.*
\di
\dv
\ds
\dn
\d author
\d book
\d book_author
\d cheap
\d counter
\d other.thing
\d no_such_table
\dt no_such*
\d+ book
\dC int2
\dT int*
\do @>
\df upper
\df pg_size_*
\da count
\dD
\dx
\dL
\dy
\des
\dp author
\ddp
\dF
\db
\dO
\dc utf8*
\dconfig TimeZone
\drds
\dRp
\dRs
\du
\dX
\dA
\dP
\dAc btree int4
