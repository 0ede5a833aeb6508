"""低保与就业联动 (B29): work offered to somebody able to work, and what he said."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from cases.models.benefit import Benefit
from cases.models.change import ChangeOrder
from cases.models.person import Person
from salvation.access.models import Access, ScopedModel
from salvation.units.models import Unit


class WorkOffer(ScopedModel):
    """One introduction of work. The third refusal in a row without good reason lowers the refuser's own share."""

    access = Access(view="case.view", scopes={"handling": "unit"}, village="village", people="person")

    class Answer(models.TextChoices):
        ACCEPTED = "ACCEPTED", "已接受"
        EXCUSED = "EXCUSED", "有正当理由未接受"
        REFUSED = "REFUSED", "无正当理由拒绝"

    benefit = models.ForeignKey(
        Benefit, on_delete=models.PROTECT, related_name="work_offers", verbose_name="待遇"
    )
    person = models.ForeignKey(
        Person, on_delete=models.PROTECT, related_name="work_offers", verbose_name="人员"
    )
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name="受理单位")
    village = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name="村（社区）")
    offered_on = models.DateField("介绍日期")
    post = models.CharField("单位和岗位", max_length=100)
    answer = models.CharField("是否接受", max_length=10, choices=Answer)
    reason = models.CharField("理由", max_length=300, blank=True, default="")
    # The draft that the third refusal brought.
    order = models.ForeignKey(
        ChangeOrder, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="变更单"
    )
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="登记人"
    )

    class Meta:
        verbose_name = "介绍工作"
        ordering = ["-offered_on", "-id"]
        constraints = [
            models.CheckConstraint(
                name="work_offer_refusal_has_reason", condition=Q(answer="ACCEPTED") | ~Q(reason="")
            )
        ]

    def __str__(self) -> str:
        return f"{self.person} {self.post}"
