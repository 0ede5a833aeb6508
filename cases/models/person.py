"""People. The ID number is sealed; equality goes through its blind index."""

import pghistory
from django.contrib.postgres.indexes import OpClass
from django.db import models
from django.db.models import Q
from django.db.models.functions import Substr

from cases.models.choices import Disability, IdStatus, Labour, Sex, choices
from salvation.access.models import Access, ScopedModel
from salvation.units.models import Unit
from salvation.vault.fields import BlindIndexField, SealedField


@pghistory.track(pghistory.UpdateEvent(), pghistory.DeleteEvent())
class Person(ScopedModel):
    """A natural person. ``unit`` follows the household that handles him now."""

    access = Access(view="case.view", scopes={"handling": "unit"}, village="village", people="pk")

    name = models.CharField("姓名", max_length=50, db_index=True)
    # citizen ID as 18 characters; None while there is none (未落户)
    id_no = SealedField(kind="citizen_id", null=True, verbose_name="身份证号")
    id_index = BlindIndexField(null=True, unique=True, editable=False)
    id_status = models.CharField("证号状态", max_length=20, choices=IdStatus, default=IdStatus.VALID)
    sex = models.CharField("性别", max_length=6, choices=Sex)
    birth_date = models.DateField("出生日期", null=True)
    died_on = models.DateField("死亡日期", null=True, blank=True)
    phone = SealedField(kind="phone", null=True, blank=True, verbose_name="电话")
    labour = models.CharField("劳动能力", max_length=8, choices=choices(Labour), default=Labour.FULL)
    disability_kind = models.CharField("残疾类别", max_length=10, choices=choices(Disability), blank=True)
    disability_level = models.PositiveSmallIntegerField("残疾等级", null=True, blank=True)
    critical_illness = models.BooleanField("重病", default=False)
    in_school = models.BooleanField("在读", default=False)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name="受理单位")
    village = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name="村（社区）")
    batch = models.ForeignKey(
        "intake.Batch", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    demo = models.BooleanField("演示数据", default=False)

    class Meta:
        verbose_name = "人员"
        permissions = [("borrow_person", "借阅人员")]
        # The search finds a given name without its surname, of one sign or two.
        indexes = [
            models.Index(OpClass(Substr("name", 2), "text_pattern_ops"), name="person_name_from_2"),
            models.Index(OpClass(Substr("name", 3), "text_pattern_ops"), name="person_name_from_3"),
            models.Index(fields=["id_status"], condition=~Q(id_status="VALID"), name="person_doubtful_id"),
        ]
        constraints = [
            models.CheckConstraint(
                name="person_valid_id_has_number",
                condition=~Q(id_status="VALID") | Q(id_no__isnull=False, id_index__isnull=False),
            ),
            models.CheckConstraint(
                name="person_disability_level",
                condition=Q(disability_level__isnull=True) | Q(disability_level__range=(1, 4)),
            ),
        ]

    def __str__(self) -> str:
        return self.name
