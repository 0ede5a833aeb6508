"""Core checks (核对): who was asked about, what the departments answered, the report with its validity (B07)."""

from typing import ClassVar

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q

from cases.check_flow import CHECK
from cases.models.application import Application
from cases.models.authorisation import Authorisation
from cases.models.person import Person
from salvation.access.models import Access, ScopedModel
from salvation.flow.models import FlowSubject
from salvation.flow.table import Flow
from salvation.units.models import Unit
from salvation.vault.fields import BlindIndexField, SealedField


class CheckRequest(FlowSubject):
    """One check of a family's economy. Villages see none of it (07 §7.1)."""

    access = Access(
        view="check.view", scopes={"handling": "unit"}, people="application__household__members__person"
    )
    flow: ClassVar[Flow] = CHECK

    no = models.CharField("提请号", max_length=40, unique=True)
    application = models.ForeignKey(
        Application, on_delete=models.PROTECT, related_name="checks", verbose_name="申请"
    )
    county = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name="县")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name="提请单位")
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="提请人"
    )
    requested_on = models.DateField("提请日期")
    started_on = models.DateField("启动日期", null=True, blank=True)
    reported_on = models.DateField("出具日期", null=True, blank=True)
    valid_until = models.DateField("报告有效期至", null=True, blank=True)
    summary = models.TextField("综合结论", blank=True)
    # 1 for the first answers, one more for each objection.
    round = models.PositiveSmallIntegerField("轮次", default=1)

    class Meta:
        verbose_name = "经济状况核对"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["application"],
                condition=Q(state__in=["REQUESTED", "STARTED", "FAILED", "OBJECTED"]),
                name="check_one_open_an_application",
            ),
            models.CheckConstraint(
                name="check_report_has_validity",
                condition=Q(reported_on__isnull=True) | Q(valid_until__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.no


class CheckedPerson(models.Model):
    """Somebody a request asks about, with the authorisation it rests on."""

    request = models.ForeignKey(CheckRequest, on_delete=models.PROTECT, related_name="people")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    name = models.CharField("姓名", max_length=50)
    relation = models.CharField("与申请人关系", max_length=30)
    id_no = SealedField(kind="citizen_id", null=True, verbose_name="身份证号")
    id_index = BlindIndexField(null=True, db_index=True, editable=False)
    authorisation = models.ForeignKey(Authorisation, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = "被核对人"
        ordering = ["id"]

    def __str__(self) -> str:
        return self.name


class CheckResult(models.Model):
    """What one department answered about one person. Never changed: a later round says it anew."""

    class Department(models.TextChoices):
        POLICE = "POLICE", "公安（户籍、车辆）"
        ESTATE = "ESTATE", "不动产登记"
        MARKET = "MARKET", "市场监管"
        TAX = "TAX", "税务"
        SOCIAL = "SOCIAL", "社会保险"
        FUND = "FUND", "住房公积金"
        BANK = "BANK", "银行、证券、保险"
        FISCAL = "FISCAL", "财政供养"
        FUNERAL = "FUNERAL", "殡葬"
        FARM = "FARM", "农业农村"
        OTHER = "OTHER", "其他"

    request = models.ForeignKey(CheckRequest, on_delete=models.PROTECT, related_name="results")
    person = models.ForeignKey(CheckedPerson, on_delete=models.PROTECT, related_name="results")
    round = models.PositiveSmallIntegerField("轮次")
    department = models.CharField("部门", max_length=8, choices=Department)
    finding = SealedField(kind="facts", verbose_name="核对情况")
    amount = models.DecimalField("金额（元）", max_digits=14, decimal_places=2, null=True, blank=True)
    suspicious = models.BooleanField("疑点", default=False)
    as_of = models.DateField("数据日期", null=True, blank=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    recorded_at = models.DateTimeField("登记时间", auto_now_add=True)

    class Meta:
        verbose_name = "核对结果"
        ordering = ["round", "person", "department", "id"]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.person}：{self.get_department_display()}"


class CheckExchange(ScopedModel):
    """One file that went to the departments, or came back: who, why, how many; the file itself lies sealed."""

    access = Access(
        view="check.issue",
        scopes={"handling": "unit"},
        people="asked__application__household__members__person",
    )

    class Way(models.TextChoices):
        OUT = "OUT", "导出提请"
        BACK = "BACK", "导入结果"

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name="单位")
    way = models.CharField("方向", max_length=4, choices=Way)
    reason = models.CharField("用途", max_length=200)
    # The requests in the file: whoever stands back from one of them stands back from the file.
    asked = models.ManyToManyField(CheckRequest, related_name="exchanges", verbose_name="所含提请")
    requests = models.PositiveIntegerField("提请件数")
    rows = models.PositiveIntegerField("行数")
    stored_as = models.CharField(max_length=80)
    name = models.CharField("文件名", max_length=150)
    sha256 = models.CharField("哈希", max_length=64)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="经办人"
    )
    made_at = models.DateTimeField("时间", auto_now_add=True)

    class Meta:
        verbose_name = "核对文件交换"
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.name
