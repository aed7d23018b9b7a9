"""The ORM models of test_sqlalchemy: authors, their books (1-n), the books' tags (n-m)."""

import datetime as dt
import decimal
from typing import Any

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Numeric, String, Table, UniqueConstraint, func, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship


class Base(DeclarativeBase):
    """All tables of the program."""


book_tag = Table(
    "book_tag", Base.metadata,
    Column("book_id", ForeignKey("book.id", ondelete="CASCADE"), primary_key=True),
    Column("tag_id", ForeignKey("tag.id"), primary_key=True),
)


class Author(Base):
    """Has many books."""

    __tablename__ = "author"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(50), unique=True)
    born: Mapped[dt.date | None]
    books: Mapped[list["Book"]] = relationship(back_populates="author", cascade="all, delete-orphan",
                                               order_by="Book.title")


class Book(Base):
    """Has one author and many tags."""

    __tablename__ = "book"
    __table_args__ = (
        CheckConstraint("price >= 0.0", name="book_price_positive"),
        UniqueConstraint("author_id", "title", name="book_author_title"),
        Index("book_title_lower", text("lower(title)")),
        {"comment": "what can be read"},
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(comment="as on the cover")
    price: Mapped[decimal.Decimal] = mapped_column(Numeric(8, 2), server_default=text("0"))
    about: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    added: Mapped[dt.datetime] = mapped_column(server_default=func.now())
    in_print: Mapped[bool] = mapped_column(server_default=text("true"))
    author_id: Mapped[int] = mapped_column(ForeignKey("author.id"), index=True)
    author: Mapped[Author] = relationship(back_populates="books")
    tags: Mapped[list["Tag"]] = relationship(secondary=book_tag, back_populates="books", order_by="Tag.name")


class Tag(Base):
    """Has many books."""

    __tablename__ = "tag"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    books: Mapped[list[Book]] = relationship(secondary=book_tag, back_populates="tags")
