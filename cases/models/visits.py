"""探视巡访 (D06) with the goods handed over (N05)."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from cases.models.care import PersonRecord


class CareVisit(PersonRecord):
    """One visit: what was seen, what was brought. Never changed; what was found wrong is closed by its handling."""

    class Way(models.TextChoices):
        ONSITE = "ONSITE", "上门"
        PHONE = "PHONE", "电话"
        VIDEO = "VIDEO", "视频"

    class Org(models.TextChoices):
        VILLAGE = "VILLAGE", "村（社区）"
        TOWN = "TOWN", "乡镇（街道）"
        NPO = "NPO", "社会组织"
        OTHER = "OTHER", "其他"

    class Seen(models.TextChoices):
        GOOD = "GOOD", "正常"
        BAD = "BAD", "有问题"
        NONE = "NONE", "不适用"

    CHECKS = (
        ("health", "健康状况"),
        ("housing", "住房安全"),
        ("food", "饮食"),
        ("medicine", "用药"),
        ("caregiving", "照料人履职"),
        ("needs", "需求是否得到满足"),
    )

    visited_at = models.DateTimeField("巡访时间")
    # First day of the month it counts in: its own, or the first one not frozen when it was recorded (12 §12.1 #1).
    stat_month = models.DateField("统计月", editable=False)
    way = models.CharField("方式", max_length=8, choices=Way)
    visitor = models.CharField("巡访人", max_length=50)
    org = models.CharField("巡访人所属", max_length=8, choices=Org)
    org_name = models.CharField("社会组织名称", max_length=80, blank=True)
    health = models.CharField("健康状况", max_length=4, choices=Seen)
    housing = models.CharField("住房安全", max_length=4, choices=Seen)
    food = models.CharField("饮食", max_length=4, choices=Seen)
    medicine = models.CharField("用药", max_length=4, choices=Seen)
    caregiving = models.CharField("照料人履职", max_length=4, choices=Seen)
    needs = models.CharField("需求是否得到满足", max_length=4, choices=Seen)
    findings = models.TextField("发现的情况和需求", blank=True)
    # One article and its quantity a line.
    goods = models.TextField("发放物资", blank=True, help_text="一行一样：品名 数量，如“大米 10公斤”")
    goods_signed_by = models.CharField("物资签收人", max_length=50, blank=True)
    abnormal = models.BooleanField("有异常", editable=False, default=False)
    handled_on = models.DateField("处置日期", null=True, blank=True)
    handling = models.TextField("处置情况", blank=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, editable=False, related_name="+",
        verbose_name="登记人",
    )  # fmt: skip

    class Meta:
        verbose_name = "探视巡访"
        ordering = ["-visited_at", "-id"]
        constraints = [
            models.CheckConstraint(
                name="visit_abnormal_has_findings", condition=Q(abnormal=False) | ~Q(findings="")
            ),
            models.CheckConstraint(
                name="visit_handled_has_words", condition=Q(handled_on__isnull=True) | ~Q(handling="")
            ),
            models.CheckConstraint(name="visit_goods_signed", condition=Q(goods="") | ~Q(goods_signed_by="")),
        ]
        indexes = [models.Index(fields=["person", "stat_month"], name="visit_person_month")]

    def __str__(self) -> str:
        return f"{self.person.name} {self.visited_at:%Y-%m-%d} 巡访"
