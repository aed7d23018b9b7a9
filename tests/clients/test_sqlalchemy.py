"""SQLAlchemy: an ORM program, reflection and Core, over psycopg and asyncpg."""

import asyncio
import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, joinedload, selectinload, subqueryload

from tests.clients.database import Database
from tests.clients.models import Author, Base, Book, Tag, book_tag


@pytest.fixture
def engine(database: Database) -> Iterator[sa.Engine]:
    engine = sa.create_engine(database.url("postgresql+psycopg"))
    yield engine
    engine.dispose()


def library() -> list[Author]:
    fantasy, long = Tag(name="fantasy"), Tag(name="long")
    return [
        Author(name="Tolkien", born=dt.date(1892, 1, 3), books=[
            Book(title="The Hobbit", price=Decimal("9.99"), tags=[fantasy], about={"pages": 310, "in": ["en", "de"]}),
            Book(title="The Lord of the Rings", price=Decimal("29.50"), tags=[fantasy, long], about={"pages": 1178}),
        ]),
        Author(name="Lem", books=[Book(title="Solaris", price=Decimal("7.00"))]),
        Author(name="Nobody"),
    ]


@pytest.fixture
def filled(engine: sa.Engine) -> sa.Engine:
    Base.metadata.create_all(engine)
    with Session(engine) as session, session.begin():
        session.add_all(library())
    return engine


# --- ORM --------------------------------------------------------------------------------------------------------------


def test_orm_program_reads_back_what_it_wrote(filled: sa.Engine) -> None:
    with Session(filled) as session:
        authors = session.scalars(sa.select(Author).order_by(Author.name)).all()
        assert [(a.name, [b.title for b in a.books]) for a in authors] == [
            ("Lem", ["Solaris"]), ("Nobody", []), ("Tolkien", ["The Hobbit", "The Lord of the Rings"])]
        hobbit = session.scalars(sa.select(Book).where(Book.title.ilike("%hobbit"))).one()
        assert (hobbit.price, hobbit.in_print, hobbit.about) == (Decimal("9.99"), True, {"pages": 310, "in": ["en", "de"]})
        assert isinstance(hobbit.added, dt.datetime)
        assert [t.name for t in hobbit.tags] == ["fantasy"]


@pytest.mark.parametrize("loader", [joinedload, selectinload, subqueryload], ids=lambda l: l.__name__)
def test_eager_loading_needs_no_further_statement(filled: sa.Engine, loader: Any) -> None:
    with Session(filled) as session:
        query = sa.select(Author).options(loader(Author.books).options(loader(Book.tags))).order_by(Author.id)
        found = session.scalars(query).unique().all()
    assert [[(b.title, [t.name for t in b.tags]) for b in a.books] for a in found] == [
        [("The Hobbit", ["fantasy"]), ("The Lord of the Rings", ["fantasy", "long"])], [("Solaris", [])], []]


def test_orm_updates_and_deletes_cascade(filled: sa.Engine) -> None:
    with Session(filled) as session, session.begin():
        tolkien = session.scalars(sa.select(Author).filter_by(name="Tolkien")).one()
        tolkien.books[0].price += 1
        tolkien.books[1].tags.clear()
        session.delete(session.scalars(sa.select(Author).filter_by(name="Lem")).one())
    with Session(filled) as session:
        assert session.scalars(sa.select(Book.price).order_by(Book.id)).all() == [Decimal("10.99"), Decimal("29.50")]
        assert session.scalar(sa.select(sa.func.count()).select_from(book_tag)) == 1
        done = session.execute(sa.update(Book).where(Book.price > 20).values(price=Book.price * 2).returning(Book.price))
        assert done.scalars().all() == [Decimal("59.00")]
        assert session.execute(sa.delete(Author).where(~Author.books.any()).returning(Author.name)).scalars().all() == [
            "Nobody"]


def test_violated_constraint_is_an_integrity_error_and_the_session_recovers(filled: sa.Engine) -> None:
    with Session(filled) as session:
        session.add(Author(name="Lem"))
        with pytest.raises(IntegrityError, match="author_name_key"):
            session.flush()
        session.rollback()
        with session.begin_nested():
            session.add(Author(name="New"))
        with pytest.raises(IntegrityError, match="book_price_positive"), session.begin_nested():
            session.add(Book(title="Negative", price=-1, author_id=1))
            session.flush()
        session.commit()
        assert session.scalar(sa.select(sa.func.count()).select_from(Author)) == 4


def test_many_objects_are_inserted_in_batches_and_get_their_keys(filled: sa.Engine) -> None:
    with Session(filled) as session, session.begin():
        tags = [Tag(name=f"tag {n:04}") for n in range(2500)]
        session.add_all(tags)
        session.flush()
        assert len({tag.id for tag in tags}) == 2500
        assert session.scalars(sa.select(Tag.name).where(Tag.id == tags[1234].id)).one() == "tag 1234"
    with Session(filled) as session, session.begin():
        found = session.scalars(sa.insert(Tag).returning(Tag.id, sort_by_parameter_order=True),
                                [{"name": f"bulk {n}"} for n in range(50)]).all()
        assert len(found) == 50


def test_stream_of_rows_uses_a_server_side_cursor(filled: sa.Engine) -> None:
    with filled.connect() as connection:
        numbers = sa.select(sa.func.generate_series(1, 5000).label("n"))
        result = connection.execution_options(stream_results=True, max_row_buffer=100).execute(numbers)
        assert sum(row.n for row in result) == 12502500


# --- reflection -----------------------------------------------------------------------------------------------------


def test_inspector_tells_tables_columns_keys_indexes(filled: sa.Engine) -> None:
    inspector = sa.inspect(filled)
    assert sorted(inspector.get_table_names()) == ["author", "book", "book_tag", "tag"]
    assert inspector.get_schema_names()[:2] == ["information_schema", "public"]
    columns = {c["name"]: c for c in inspector.get_columns("book")}
    assert {name: str(c["type"]) for name, c in columns.items()} == {
        "id": "INTEGER", "title": "VARCHAR", "price": "NUMERIC(8, 2)", "about": "JSONB", "added": "TIMESTAMP",
        "in_print": "BOOLEAN", "author_id": "INTEGER"}
    assert {name: c["nullable"] for name, c in columns.items() if c["nullable"]} == {"about": True}
    assert {name: c["default"] for name, c in columns.items() if c["default"]} == {
        "id": "nextval('book_id_seq'::regclass)", "price": "0", "added": "now()", "in_print": "true"}
    assert columns["title"]["comment"] == "as on the cover"
    assert inspector.get_table_comment("book") == {"text": "what can be read"}
    assert inspector.get_pk_constraint("book_tag")["constrained_columns"] == ["book_id", "tag_id"]
    keys = sorted(inspector.get_foreign_keys("book_tag"), key=lambda k: str(k["name"]))
    assert [(k["name"], k["constrained_columns"], k["referred_table"], k["options"]) for k in keys] == [
        ("book_tag_book_id_fkey", ["book_id"], "book", {"ondelete": "CASCADE"}),
        ("book_tag_tag_id_fkey", ["tag_id"], "tag", {})]
    assert [(u["name"], u["column_names"]) for u in inspector.get_unique_constraints("book")] == [
        ("book_author_title", ["author_id", "title"])]
    assert [(c["name"], c["sqltext"]) for c in inspector.get_check_constraints("book")] == [
        ("book_price_positive", "price >= 0.0")]
    indexes = {i["name"]: i for i in inspector.get_indexes("book")}
    assert sorted(map(str, indexes)) == ["book_author_title", "book_title_lower", "ix_book_author_id"]
    assert indexes["book_title_lower"]["expressions"] == ["lower(title::text)"]
    assert indexes["ix_book_author_id"]["column_names"] == ["author_id"]
    assert indexes["book_author_title"]["unique"] is True


def test_inspector_tells_views_and_sequences(filled: sa.Engine) -> None:
    with filled.begin() as connection:
        connection.execute(sa.text("CREATE VIEW cheap AS SELECT title FROM book WHERE price < 10"))
        connection.execute(sa.text("CREATE SEQUENCE counter START 5"))
    inspector = sa.inspect(filled)
    assert inspector.get_view_names() == ["cheap"]
    assert "SELECT title" in inspector.get_view_definition("cheap")
    assert "counter" in inspector.get_sequence_names()
    assert inspector.has_table("cheap") and not inspector.has_table("absent")


def test_reflected_tables_can_be_queried(filled: sa.Engine) -> None:
    metadata = sa.MetaData()
    metadata.reflect(filled)
    book, author = metadata.tables["book"], metadata.tables["author"]
    query = sa.select(author.c.name, sa.func.sum(book.c.price)).join_from(author, book).group_by(author.c.name)
    with filled.connect() as connection:
        assert connection.execute(query.order_by(author.c.name)).all() == [
            ("Lem", Decimal("7.00")), ("Tolkien", Decimal("39.49"))]


def test_dropping_everything_leaves_nothing(filled: sa.Engine) -> None:
    Base.metadata.drop_all(filled)
    assert sa.inspect(filled).get_table_names() == []
    Base.metadata.create_all(filled)
    Base.metadata.create_all(filled)  # looks first, and finds everything there


# --- Core -------------------------------------------------------------------------------------------------------------


def test_upsert_inserts_or_updates(filled: sa.Engine) -> None:
    insert = pg.insert(Author).values([{"name": "Lem", "born": dt.date(1921, 9, 12)}, {"name": "Dick", "born": None}])
    upsert = insert.on_conflict_do_update(index_elements=[Author.name], set_={"born": insert.excluded.born},
                                          where=Author.born.is_(None))
    with filled.begin() as connection:
        found = connection.execute(upsert.returning(Author.name, Author.born)).all()
        assert found == [("Lem", dt.date(1921, 9, 12)), ("Dick", None)]
        nothing = pg.insert(Author).values(name="Dick").on_conflict_do_nothing(constraint="author_name_key")
        connection.execute(nothing)
        assert connection.scalar(sa.select(sa.func.count()).select_from(Author)) == 4


def test_common_table_expressions_also_recursive(filled: sa.Engine) -> None:
    rich = sa.select(Book.author_id, sa.func.count().label("n")).group_by(Book.author_id).cte("rich")
    numbers = sa.select(sa.literal(1).label("n")).cte("numbers", recursive=True)
    numbers = numbers.union_all(sa.select(numbers.c.n + 1).where(numbers.c.n < 10))
    with filled.connect() as connection:
        query = sa.select(Author.name, rich.c.n).join(rich, rich.c.author_id == Author.id).order_by(rich.c.n)
        assert connection.execute(query).all() == [("Lem", 1), ("Tolkien", 2)]
        assert connection.scalar(sa.select(sa.func.sum(numbers.c.n))) == 55


def test_window_functions_filter_and_case(filled: sa.Engine) -> None:
    rank = sa.func.row_number().over(partition_by=Book.author_id, order_by=Book.price.desc())
    size = sa.case((Book.price > 10, "dear"), else_="cheap")
    with filled.connect() as connection:
        found = connection.execute(sa.select(Book.title, rank, size).order_by(Book.id)).all()
        assert found == [("The Hobbit", 2, "cheap"), ("The Lord of the Rings", 1, "dear"), ("Solaris", 1, "cheap")]
        total = sa.func.sum(Book.price).filter(Book.price < 10)
        assert connection.execute(sa.select(total, sa.func.array_agg(pg.aggregate_order_by(Book.title, Book.title)))).all(
        ) == [(Decimal("16.99"), ["Solaris", "The Hobbit", "The Lord of the Rings"])]


def test_json_paths_and_operators(filled: sa.Engine) -> None:
    with filled.connect() as connection:
        assert connection.scalars(sa.select(Book.title).where(Book.about["pages"].as_integer() > 1000)).all() == [
            "The Lord of the Rings"]
        assert connection.scalars(sa.select(Book.title).where(Book.about.contains({"in": ["de"]}))).all() == ["The Hobbit"]
        assert connection.scalars(sa.select(Book.about["in"][0].astext).where(Book.about.has_key("in"))).all() == ["en"]
        assert connection.scalar(sa.select(sa.func.jsonb_array_length(Book.about["in"])).where(Book.id == 1)) == 2


def test_set_operations_lateral_and_values(filled: sa.Engine) -> None:
    with filled.connect() as connection:
        union = sa.union(sa.select(Author.name), sa.select(Tag.name)).order_by("name")
        assert connection.scalars(union).all() == ["Lem", "Nobody", "Tolkien", "fantasy", "long"]
        newest = sa.select(Book.title).where(Book.author_id == Author.id).order_by(Book.id.desc()).limit(1).lateral("newest")
        query = sa.select(Author.name, newest.c.title).join(newest, sa.true()).order_by(Author.name)
        assert connection.execute(query).all() == [("Lem", "Solaris"), ("Tolkien", "The Lord of the Rings")]
        values = sa.values(sa.column("n", sa.Integer), sa.column("t", sa.String), name="v").data([(1, "a"), (2, "b")])
        assert connection.execute(sa.select(values).order_by(values.c.n.desc())).all() == [(2, "b"), (1, "a")]


def test_types_of_columns_come_back(engine: sa.Engine) -> None:
    metadata = sa.MetaData()
    table = sa.Table(
        "kinds", metadata, sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True), sa.Column("f", sa.Double),
        sa.Column("n", sa.Numeric), sa.Column("s", sa.String(10)), sa.Column("b", sa.LargeBinary),
        sa.Column("d", sa.Date), sa.Column("t", sa.Time), sa.Column("ts", sa.DateTime(timezone=True)),
        sa.Column("i", sa.Interval), sa.Column("u", sa.Uuid), sa.Column("a", pg.ARRAY(sa.Integer)), sa.Column("j", sa.JSON))
    metadata.create_all(engine)
    import uuid

    row = {"f": 0.1, "n": Decimal("1.2345"), "s": "ü", "b": b"\x00", "d": dt.date(2024, 1, 1), "t": dt.time(1, 2),
           "ts": dt.datetime(2024, 1, 1, tzinfo=dt.UTC), "i": dt.timedelta(hours=25), "u": uuid.UUID(int=3), "a": [1, 2],
           "j": {"k": None}}
    with engine.begin() as connection:
        connection.execute(sa.insert(table), row)
        found = dict(connection.execute(sa.select(table)).one()._mapping)
    assert found == row | {"id": 1}
    reflected = {c["name"]: c for c in sa.inspect(engine).get_columns("kinds")}
    assert reflected["id"]["identity"]["always"] is False
    assert str(reflected["ts"]["type"]) == "TIMESTAMP" and reflected["ts"]["type"].timezone is True


# --- asyncpg ----------------------------------------------------------------------------------------------------------


def test_orm_program_over_asyncpg(database: Database) -> None:
    pytest.importorskip("greenlet", reason="greenlet is not installed")
    from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine

    async def main() -> None:
        engine = create_async_engine(database.url("postgresql+asyncpg"))
        async with engine.begin() as connection:
            await connection.run_sync(Base.metadata.create_all)
        async with AsyncSession(engine) as session, session.begin():
            session.add_all(library())
        async with AsyncSession(engine) as session:
            query = sa.select(Author).options(selectinload(Author.books).selectinload(Book.tags)).order_by(Author.name)
            found = (await session.scalars(query)).all()
            assert [[b.title for b in a.books] for a in found] == [
                ["Solaris"], [], ["The Hobbit", "The Lord of the Rings"]]
            stream = await session.stream_scalars(sa.select(Book.price).order_by(Book.price))
            assert [price async for price in stream] == [Decimal("7.00"), Decimal("9.99"), Decimal("29.50")]
        async with engine.connect() as connection:
            names = await connection.run_sync(lambda c: sorted(sa.inspect(c).get_table_names()))
            assert names == ["author", "book", "book_tag", "tag"]
        await engine.dispose()

    asyncio.run(main())
