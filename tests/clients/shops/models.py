"""The models of django_program: cities, their shops (1-n), the things sold there (n-m)."""

from decimal import Decimal
from typing import ClassVar

from django.db import models
from django.db.models import Q


class City(models.Model):
    """Has many shops."""

    name = models.CharField(max_length=50, unique=True)


class Shop(models.Model):
    """In a city, selling things."""

    name = models.CharField(max_length=50, db_index=True)
    city = models.ForeignKey(City, on_delete=models.CASCADE, related_name="shops")
    opened = models.DateTimeField(null=True)
    revenue = models.DecimalField(max_digits=12, decimal_places=2, default=Decimal(0))
    about = models.JSONField(default=dict)
    things = models.ManyToManyField("Thing", related_name="shops")

    class Meta:
        """Its rules."""

        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(revenue__gte=0), name="revenue_positive"),
            models.UniqueConstraint(fields=["name", "city"], name="name_in_city"),
        ]


class Thing(models.Model):
    """Sold in shops."""

    name = models.TextField()
    weight = models.FloatField(null=True)
    photo = models.BinaryField(default=b"")
    code = models.UUIDField(null=True)
    lasts = models.DurationField(null=True)
    until = models.DateField(null=True)
    at = models.TimeField(null=True)
    few = models.SmallIntegerField(default=1)
    fresh = models.BooleanField(default=True)
    parent = models.ForeignKey("self", null=True, on_delete=models.SET_NULL)
