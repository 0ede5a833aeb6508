"""Households, their members, the people bound to support them, and the accounts money goes to."""

import pghistory
from django.db import models
from django.db.models import F, Q

from cases.models.choices import AccountKind, Area, PayeeKind, PovertyCause, Relation, choices
from cases.models.person import Person
from salvation.access.models import Access, ScopedModel
from salvation.units.models import Unit
from salvation.vault.fields import BlindIndexField, SealedField


@pghistory.track(pghistory.UpdateEvent(), pghistory.DeleteEvent())
class Household(ScopedModel):
    """A family as the bureau knows it. 受理 sees all of it, 居住地 a few fields (see ``LIMITED``)."""

    access = Access(
        view="case.view",
        scopes={"handling": "handling_unit", "residence": "residence_unit", "departed": "left_unit"},
        village="village",
        people="members__person",
        lendable=True,
    )
    LIMITED = ("no", "head", "village", "residence_unit", "handling_unit")

    no = models.CharField("户编号", max_length=40)
    head = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="heads", verbose_name="户主")
    county = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name="县")
    handling_unit = models.ForeignKey(
        Unit, on_delete=models.PROTECT, related_name="+", verbose_name="受理单位"
    )
    hukou_unit = models.ForeignKey(
        Unit, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="户籍地"
    )
    residence_unit = models.ForeignKey(
        Unit, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="居住地"
    )
    left_unit = models.ForeignKey(
        Unit, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="迁出单位"
    )
    village = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name="村（社区）")
    group_name = models.CharField("组", max_length=30, blank=True)
    address = models.CharField("住址", max_length=150, blank=True)
    # Town or country standard, decided by a person and never inferred from an ID (02 §2.0).
    standard_area = models.CharField("标准适用", max_length=5, choices=choices(Area))
    poverty_cause = models.CharField("主要致困原因", max_length=12, choices=PovertyCause, blank=True)
    batch = models.ForeignKey(
        "intake.Batch", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    demo = models.BooleanField("演示数据", default=False)
    created_at = models.DateTimeField("建档时间", auto_now_add=True)

    class Meta:
        verbose_name = "家庭"
        permissions = [("borrow_household", "借阅家庭")]
        indexes = [models.Index(fields=["no"], opclasses=["varchar_pattern_ops"], name="household_no_begins")]
        constraints = [
            models.UniqueConstraint(fields=["handling_unit", "no"], name="household_no_once_a_unit")
        ]

    def __str__(self) -> str:
        return f"{self.head.name}户"


@pghistory.track(pghistory.UpdateEvent(), pghistory.DeleteEvent())
class Member(models.Model):
    """A person living in a household. ``counted``: belongs to the family whose income is shared (L57 第7条)."""

    household = models.ForeignKey(
        Household, on_delete=models.PROTECT, related_name="members", verbose_name="家庭"
    )
    person = models.ForeignKey(
        Person, on_delete=models.PROTECT, related_name="memberships", verbose_name="人员"
    )
    relation = models.CharField("与户主关系", max_length=12, choices=Relation)
    counted = models.BooleanField("计入家庭人口", default=True)
    exclude_reason = models.CharField("不计入原因", max_length=60, blank=True)
    left_on = models.DateField("离户日期", null=True, blank=True)

    class Meta:
        verbose_name = "家庭成员"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["household", "person"], name="member_once_a_household"),
            models.UniqueConstraint(
                fields=["person"], condition=Q(left_on__isnull=True, counted=True), name="member_counted_once"
            ),
            models.CheckConstraint(
                name="member_uncounted_has_reason", condition=Q(counted=True) | ~Q(exclude_reason="")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person}（{self.get_relation_display()}）"


class DutyBearer(models.Model):
    """Somebody bound by law to support a member but living apart (法定义务人)."""

    household = models.ForeignKey(
        Household, on_delete=models.PROTECT, related_name="duty_bearers", verbose_name="家庭"
    )
    name = models.CharField("姓名", max_length=50)
    id_no = SealedField(kind="citizen_id", null=True, blank=True, verbose_name="身份证号")
    id_index = BlindIndexField(null=True, db_index=True, editable=False)
    relation = models.CharField("与申请人关系", max_length=12, choices=Relation)
    facts = models.JSONField("情况", default=dict)

    class Meta:
        verbose_name = "法定义务人"
        ordering = ["id"]

    def __str__(self) -> str:
        return self.name


@pghistory.track(pghistory.UpdateEvent(), pghistory.DeleteEvent())
class PayAccount(models.Model):
    """Where a household's money goes (collected at application; 05 §5.2)."""

    household = models.ForeignKey(
        Household, on_delete=models.PROTECT, related_name="accounts", verbose_name="家庭"
    )
    holder = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="户名人"
    )
    holder_name = models.CharField("户名", max_length=50)
    payee_kind = models.CharField("收款人类型", max_length=12, choices=PayeeKind, default=PayeeKind.SELF)
    filing_no = models.CharField("备案号", max_length=40, blank=True)
    kind = models.CharField("账户类型", max_length=8, choices=AccountKind, default=AccountKind.SSC)
    bank = models.CharField("开户银行", max_length=60, blank=True)
    number = SealedField(kind="account", verbose_name="账号")
    number_index = BlindIndexField(db_index=True, editable=False)
    valid_from = models.DateField("启用日期")
    valid_to = models.DateField("停用日期", null=True, blank=True)
    batch = models.ForeignKey(
        "intake.Batch", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = "收付账户"
        constraints = [
            models.UniqueConstraint(
                fields=["household"], condition=Q(valid_to__isnull=True), name="account_one_open_a_household"
            ),
            models.CheckConstraint(
                name="account_period", condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from"))
            ),
            models.CheckConstraint(
                name="account_outsider_has_filing",
                condition=Q(payee_kind__in=["SELF", "FAMILY", "INSTITUTION"]) | ~Q(filing_no=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.holder_name} {self.number}"
