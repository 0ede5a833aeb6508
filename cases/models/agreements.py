"""Who looks after a person supported at home (D05), and the agreement of the three parties about it (D04)."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Q

from cases.models.benefit import SingleValueRange
from cases.models.care import PersonRecord
from cases.models.ranges import DayRange
from salvation.access.models import Access, ScopedModel
from salvation.units.models import Unit
from salvation.vault.fields import BlindIndexField, SealedField


class Caregiver(ScopedModel):
    """照料护理人: who may be entrusted with a person's care, with what the township thinks of him."""

    access = Access(view="case.view", scopes={"handling": "unit"})

    class Health(models.TextChoices):
        GOOD = "GOOD", "健康"
        FAIR = "FAIR", "有慢性病，不影响照料"
        POOR = "POOR", "不适合照料"

    class Rating(models.TextChoices):
        GOOD = "GOOD", "满意"
        FAIR = "FAIR", "基本满意"
        POOR = "POOR", "不合格"

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name="单位")
    name = models.CharField("姓名", max_length=50)
    id_no = SealedField(kind="citizen_id", verbose_name="身份证号")
    id_index = BlindIndexField(editable=False)
    phone = SealedField(kind="phone", verbose_name="联系电话")
    address = models.CharField("住址", max_length=120)
    health = models.CharField("健康状况", max_length=5, choices=Health)
    bank = models.CharField("开户银行", max_length=60, blank=True)
    account = SealedField(kind="account", null=True, blank=True, verbose_name="银行账号")
    rating = models.CharField("考核结果", max_length=5, choices=Rating, blank=True)
    rated_on = models.DateField("考核日期", null=True, blank=True)
    rated_note = models.CharField("考核情况", max_length=300, blank=True)
    left_on = models.DateField("停止照料日期", null=True, blank=True)
    demo = models.BooleanField("演示数据", default=False, editable=False)

    class Meta:
        verbose_name = "照料护理人"
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["unit", "id_index"], name="caregiver_once_a_unit")]

    def __str__(self) -> str:
        return self.name


class CareAgreement(PersonRecord):
    """委托照料服务协议: township, caregiver and person. A person has one at a time, also against raw SQL."""

    class Ending(models.TextChoices):
        RENEWED = "RENEWED", "续签新协议"
        CAREGIVER = "CAREGIVER", "照料人不能履行或不合格"
        WISH = "WISH", "特困人员要求更换"
        INSTITUTION = "INSTITUTION", "转为集中供养"
        ENDED = "ENDED", "终止供养或死亡"

    no = models.CharField("协议编号", max_length=40, unique=True, editable=False)
    caregiver = models.ForeignKey(
        Caregiver, on_delete=models.PROTECT, related_name="agreements", verbose_name="照料护理人"
    )
    relation = models.CharField("与特困人员关系", max_length=20)
    party = models.CharField("甲方签字人", max_length=50, help_text="乡镇（街道）或村（社区）代表")
    guardian = models.CharField(
        "监护人", max_length=50, blank=True, help_text="特困人员无民事行为能力的由监护人签字"
    )
    from_on = models.DateField("起始日期")
    until_on = models.DateField("终止日期")
    services = models.TextField("服务内容")
    pay = models.DecimalField("月报酬（元）", max_digits=10, decimal_places=2)
    signed_on = models.DateField("签订日期")
    ending = models.CharField("提前终止原因", max_length=12, choices=Ending, blank=True)

    class Meta:
        verbose_name = "照料协议"
        ordering = ["-from_on", "-id"]
        constraints = [
            models.CheckConstraint(name="agreement_days", condition=Q(until_on__gte=F("from_on"))),
            models.CheckConstraint(name="agreement_pay", condition=Q(pay__gte=0)),
            ExclusionConstraint(
                name="agreement_one_a_person",
                expressions=[
                    (SingleValueRange("person"), RangeOperators.OVERLAPS),
                    (DayRange("from_on", "until_on"), RangeOperators.OVERLAPS),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person.name} {self.no}"
