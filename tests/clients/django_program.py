"""The Django program of test_django: `django_program.py PART HOST PORT USER DATABASE`. Each part asserts."""

import datetime as dt
import sys
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import django
from django.conf import settings

PART, HOST, PORT, USER, DATABASE = sys.argv[1:6]
settings.configure(
    INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth", "django.contrib.sessions",
                    "django.contrib.postgres", "tests.clients.shops"],
    DATABASES={"default": {"ENGINE": "django.db.backends.postgresql", "HOST": HOST, "PORT": PORT, "USER": USER,
                           "NAME": DATABASE}},
    USE_TZ=True, TIME_ZONE="Europe/Vienna", SECRET_KEY="not a secret", DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
)
django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import IntegrityError, connection, models, transaction  # noqa: E402
from django.db.models import Avg, Case, Count, Exists, F, Max, OuterRef, Q, Subquery, Sum, Value, When, Window  # noqa: E402
from django.db.models.functions import Coalesce, Concat, Lower, Rank, TruncMonth, Upper  # noqa: E402

from tests.clients.shops.models import City, Shop, Thing  # noqa: E402

MODELS: tuple[type[models.Model], ...] = (City, Thing, Shop)


def make_tables() -> None:
    """Tables of the app, filled. Made once a database."""
    if "shops_city" in connection.introspection.table_names():
        for model in reversed(MODELS):
            model.objects.all().delete()
    else:
        with connection.schema_editor() as editor:
            for model in MODELS:
                editor.create_model(model)
    vienna, graz = City.objects.create(name="Vienna"), City.objects.create(name="Graz")
    nail, saw = Thing.objects.create(name="nail", weight=0.1), Thing.objects.create(name="saw", weight=1.5)
    for number in range(1, 6):
        shop = Shop.objects.create(
            name=f"Shop {number}", city=vienna if number % 2 else graz, revenue=Decimal(number) * 100,
            opened=dt.datetime(2024, number, 1, tzinfo=dt.UTC), about={"number": number, "tags": ["a", f"t{number}"]})
        shop.things.add(nail)
        if number > 3:
            shop.things.add(saw)


def crud() -> None:
    """Create, read, update, delete."""
    make_tables()
    import uuid

    values: dict[str, Any] = {
        "name": "ünï 'quoted' %s", "weight": -1e-5, "photo": b"\x00\xff", "code": uuid.UUID(int=7), "few": -32768,
        "lasts": dt.timedelta(days=40, microseconds=1), "until": dt.date(2024, 2, 29), "at": dt.time(23, 59, 59, 999999),
        "fresh": False}
    made = Thing.objects.create(**values)
    found = Thing.objects.get(pk=made.pk)
    assert {name: bytes(v) if isinstance(v := getattr(found, name), memoryview) else v for name in values} == values
    assert Shop.objects.filter(city__name="Vienna").update(revenue=F("revenue") + 1) == 3
    assert sorted(Shop.objects.values_list("revenue", flat=True))[:2] == [Decimal("101.00"), Decimal("200.00")]
    shop, created = Shop.objects.get_or_create(name="Shop 1", city=City.objects.get(name="Vienna"))
    assert not created and shop.revenue == Decimal("101.00")
    City.objects.update_or_create(name="Linz", defaults={"name": "Linz an der Donau"})
    bulk = Thing.objects.bulk_create([Thing(name=f"bulk {n}") for n in range(300)])
    assert len({thing.pk for thing in bulk}) == 300
    for thing in bulk[:20]:
        thing.name += "!"
    assert Thing.objects.bulk_update(bulk[:20], ["name"]) == 20
    assert Thing.objects.filter(name__endswith="!").count() == 20
    City.objects.bulk_create([City(name="Graz"), City(name="Wels")], ignore_conflicts=True)
    City.objects.bulk_create([City(name="Wels")], update_conflicts=True, unique_fields=["name"], update_fields=["name"])
    assert City.objects.filter(name__in=["Graz", "Wels"]).count() == 2
    deleted, by_model = City.objects.filter(name="Graz").delete()
    assert by_model["shops.Shop"] == 2 and deleted == 6, by_model
    assert sum(1 for _ in Thing.objects.iterator(chunk_size=50)) == 303
    thing = Thing.objects.first()
    assert thing is not None
    thing.parent = thing
    thing.save()
    assert Thing.objects.raw("SELECT * FROM shops_thing WHERE name = %s", ["nail"])[0].name == "nail"


def queries() -> None:
    """Joins, look-ups, aggregates, annotations, windows."""
    make_tables()
    shops = Shop.objects.select_related("city").order_by("name")
    assert [(s.name, s.city.name) for s in shops][:2] == [("Shop 1", "Vienna"), ("Shop 2", "Graz")]
    cities = City.objects.prefetch_related("shops__things").order_by("name")
    assert [[sorted(t.name for t in s.things.all()) for s in c.shops.order_by("name")] for c in cities] == [
        [["nail"], ["nail", "saw"]], [["nail"], ["nail"], ["nail", "saw"]]]
    assert Shop.objects.aggregate(Sum("revenue"), Avg("revenue"), Max("opened"), n=Count("*")) == {
        "revenue__sum": Decimal("1500.00"), "revenue__avg": Decimal("300.0000000000000000"), "n": 5,
        "opened__max": dt.datetime(2024, 5, 1, tzinfo=dt.UTC)}
    by_city = City.objects.annotate(n=Count("shops"), total=Sum("shops__revenue", filter=Q(shops__revenue__gt=150)))
    assert list(by_city.order_by("name").values_list("name", "n", "total")) == [
        ("Graz", 2, Decimal("600.00")), ("Vienna", 3, Decimal("800.00"))]
    assert list(by_city.filter(n__gt=2).values_list("name", flat=True)) == ["Vienna"]
    ranked = Shop.objects.annotate(rank=Window(Rank(), partition_by=F("city"), order_by=F("revenue").desc()))
    assert list(ranked.order_by("name").values_list("rank", flat=True)) == [3, 2, 2, 1, 1]
    assert list(ranked.filter(rank=1).order_by("name").values_list("name", flat=True)) == ["Shop 4", "Shop 5"]
    lookups = {
        "name__icontains": "SHOP 1", "name__istartswith": "shop 2", "name__iexact": "SHOP 3", "name__regex": r"^Sh.p 4$",
        "name__iregex": r"SHOP [5]", "name__endswith": "5", "opened__year": 2024, "opened__month": 5,
        "opened__date": dt.date(2024, 5, 1), "opened__week_day": 4, "opened__quarter": 1, "revenue__range": (100, 200),
        "id__in": [-1], "opened__isnull": True, "opened__hour__lt": 3, "city__name__contains": "enn"}
    counts = [Shop.objects.filter(**{k: v}).count() for k, v in lookups.items()]
    assert counts == [
        1, 1, 1, 1, 1, 1, 5, 1, 1, 1, 3, 2, 0, 0, 5, 3], counts
    months = Shop.objects.annotate(month=TruncMonth("opened")).values("month").annotate(n=Count("id")).order_by("month")
    assert [m["month"].month for m in months] == [1, 2, 3, 4, 5]
    saws = Thing.objects.filter(shops=OuterRef("pk"), name="saw")
    assert Shop.objects.filter(Exists(saws)).count() == 2
    dearest = Shop.objects.filter(city=OuterRef("pk")).order_by("-revenue").values("name")[:1]
    assert list(City.objects.annotate(d=Subquery(dearest)).order_by("name").values_list("d", flat=True)) == [
        "Shop 4", "Shop 5"]
    named = Shop.objects.annotate(text=Concat(Upper("name"), Value("/"), Lower("city__name")), size=Case(
        When(revenue__gt=300, then=Value("big")), default=Value("small")), known=Coalesce("opened", Value(None)))
    assert list(named.order_by("name").values_list("text", "size"))[3] == ("SHOP 4/graz", "big")
    assert Shop.objects.values("city").distinct().count() == 2
    assert [s.name for s in Shop.objects.order_by("city", "-revenue").distinct("city")] == ["Shop 5", "Shop 4"]
    union = Shop.objects.filter(revenue__lt=200).values("name").union(City.objects.values("name"))
    assert sorted(row["name"] for row in union) == ["Graz", "Shop 1", "Vienna"]
    assert list(Shop.objects.dates("opened", "month"))[0] == dt.date(2024, 1, 1)
    assert "Seq Scan" in Shop.objects.all().explain() or Shop.objects.all().explain()
    assert Shop.objects.order_by("name")[1:3].count() == 2
    assert Shop.objects.exclude(things__name="saw").count() == 3


def transactions() -> None:
    """Atomic blocks, nested; constraint errors; locking."""
    make_tables()
    for wrong in (lambda: City.objects.create(name="Vienna"), lambda: Shop.objects.update(revenue=-1),
                  lambda: Shop.objects.create(name="x", city=None)):
        try:
            with transaction.atomic():
                City.objects.create(name="undone")
                wrong()
        except IntegrityError:
            pass
        else:
            raise AssertionError("no IntegrityError")
    with transaction.atomic():
        City.objects.create(name="outer")
        try:
            with transaction.atomic():
                City.objects.create(name="inner")
                raise ZeroDivisionError
        except ZeroDivisionError:
            pass
        with transaction.atomic():
            City.objects.create(name="other")
    assert sorted(City.objects.values_list("name", flat=True)) == ["Graz", "Vienna", "other", "outer"]
    heard = []
    with transaction.atomic():
        transaction.on_commit(lambda: heard.append(1))
        assert [s.name for s in Shop.objects.select_for_update().filter(name="Shop 1")] == ["Shop 1"]
    assert heard == [1]


def json() -> None:
    """JSONField look-ups."""
    make_tables()
    lookups: dict[str, Any] = {
        "about__number": 3, "about__number__gt": 3, "about__tags__contains": ["t2"], "about__has_key": "tags",
        "about__contains": {"number": 1}, "about__tags__0": "a", "about__missing__isnull": True,
        "about__contained_by": {"number": 1, "tags": ["a", "t1"], "x": 1}, "about__tags__1__icontains": "T5",
        "about__has_any_keys": ["nope", "number"]}
    assert [Shop.objects.filter(**{k: v}).count() for k, v in lookups.items()] == [1, 2, 1, 5, 1, 5, 5, 1, 1, 5]
    assert list(Shop.objects.order_by("about__number").values_list("about__tags__1", flat=True))[0] == "t1"
    shop = Shop.objects.get(name="Shop 1")
    shop.about["nested"] = {"ü": [None, 1.5, True]}
    shop.save()
    assert Shop.objects.get(name="Shop 1").about["nested"] == {"ü": [None, 1.5, True]}


def users() -> None:
    """django.contrib.auth."""
    from django.contrib.auth import authenticate
    from django.contrib.auth.models import Group, Permission, User

    user = User.objects.create_user("ada", "ada@example.org", "secret")
    user.groups.add(Group.objects.create(name="editors"))
    user.user_permissions.add(Permission.objects.get(codename="add_user"))
    assert authenticate(username="ada", password="secret") == user
    assert user.has_perm("auth.add_user") and not user.has_perm("auth.delete_user")
    assert User.objects.filter(groups__name="editors", last_login__isnull=True).exists()
    user.delete()


def sessions() -> None:
    """django.contrib.sessions."""
    from django.contrib.sessions.backends.db import SessionStore

    store = SessionStore()
    store["basket"] = [1, 2]
    store.create()
    assert SessionStore(store.session_key)["basket"] == [1, 2]
    call_command("clearsessions")


def schema_changes() -> None:
    """What migrations do to a table that has rows."""
    make_tables()
    with connection.schema_editor() as editor:
        field = models.IntegerField(default=7)
        field.set_attributes_from_name("stars")
        editor.add_field(City, field)
        wider = models.CharField(max_length=100, unique=True)
        wider.set_attributes_from_name("name")
        wider.model = City
        editor.alter_field(City, City._meta.get_field("name"), wider)
        index = models.Index(Lower("name"), name="city_lower")
        editor.add_index(City, index)
    with connection.cursor() as cursor:
        cursor.execute("SELECT sum(stars) FROM shops_city")
        assert cursor.fetchone() == (14,)
        found = connection.introspection.get_constraints(cursor, "shops_city")
        assert found["city_lower"]["index"] and found["city_lower"]["columns"] == []
        assert any(c["unique"] and c["columns"] == ["name"] for c in found.values())
        columns = {c.name: c for c in connection.introspection.get_table_description(cursor, "shops_city")}
        assert columns["name"].display_size == 100
    with connection.schema_editor() as editor:
        editor.remove_index(City, index)
        editor.remove_field(City, field)
        narrow = City._meta.get_field("name")
        editor.alter_field(City, wider, narrow)
        note = models.TextField(null=True)
        note.set_attributes_from_name("note")
        note.model = City
        renamed = models.TextField(null=True)
        renamed.set_attributes_from_name("remark")
        renamed.model = City
        editor.add_field(City, note)
        editor.alter_field(City, note, renamed)
        editor.remove_field(City, renamed)
        editor.alter_db_table(City, "shops_city", "shops_town")
        editor.alter_db_table(City, "shops_town", "shops_city")
    assert City.objects.count() == 2


PARTS: dict[str, Callable[[], Any]] = {
    "crud": crud, "queries": queries, "transactions": transactions, "json": json, "users": users, "sessions": sessions,
    "schema_changes": schema_changes}
if PART in PARTS:
    PARTS[PART]()
else:
    call_command(PART, *(["--verbosity", "0"] if PART == "migrate" else []), no_color=True)
