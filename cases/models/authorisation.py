"""Signed authorisations to check somebody's economy: one row a person, with its validity (B06)."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from cases.models.application import Application
from cases.models.household import Household
from cases.models.person import Person
from salvation.vault.fields import BlindIndexField, SealedField


class Authorisation(models.Model):
    """A member's authorisation, or that of somebody bound to support him (``bearer_name``).

    It belongs to the person: one that is still valid serves a later application too.
    """

    household = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="authorisations")
    # For which application it was signed.
    application = models.ForeignKey(
        Application, on_delete=models.PROTECT, null=True, related_name="authorisations"
    )
    person = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="authorisations")
    bearer_name = models.CharField("法定义务人", max_length=50, blank=True)
    id_no = SealedField(kind="citizen_id", null=True, verbose_name="义务人证号")
    id_index = BlindIndexField(null=True, db_index=True, editable=False)
    signed_on = models.DateField("签署日期")
    valid_until = models.DateField("有效期至")
    # Who signed for somebody who cannot (无民事行为能力、未成年).
    guardian = models.CharField("代签监护人", max_length=50, blank=True)
    guardian_relation = models.CharField("监护关系", max_length=30, blank=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    recorded_at = models.DateTimeField("登记时间", auto_now_add=True)

    class Meta:
        verbose_name = "核对授权"
        ordering = ["id"]
        indexes = [models.Index(fields=["person", "valid_until"], name="authorisation_person")]
        constraints = [
            models.CheckConstraint(name="authorisation_period", condition=Q(valid_until__gte=F("signed_on"))),
            models.CheckConstraint(
                name="authorisation_of_somebody",
                condition=Q(person__isnull=False, bearer_name="")
                | (Q(person__isnull=True) & ~Q(bearer_name="")),
            ),
        ]

    def __str__(self) -> str:
        return self.person.name if self.person else self.bearer_name
