"""What pages remember for a person: drafts, forms already sent, saved views of lists."""

from django.conf import settings
from django.db import models

from salvation.vault.fields import SealedJSONField


class Draft(models.Model):
    """What somebody had typed into a form. Sealed: a draft holds IDs like the form it came from."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", verbose_name="用户"
    )
    page = models.CharField("页面", max_length=200)
    facts = SealedJSONField("内容", kind="draft")
    saved_at = models.DateTimeField("保存时间", auto_now=True)

    class Meta:
        verbose_name = "草稿"
        constraints = [models.UniqueConstraint(fields=["user", "page"], name="draft_once_a_page")]

    def __str__(self) -> str:
        return f"{self.user} {self.page}"


class Sending(models.Model):
    """A form that was carried out; sending it again leads to the same result instead of a second act."""

    token = models.UUIDField("编号", primary_key=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", verbose_name="用户"
    )
    result = models.CharField("结果地址", max_length=300)
    sent_at = models.DateTimeField("时间", auto_now_add=True)

    class Meta:
        verbose_name = "已提交表单"
        indexes = [models.Index(fields=["sent_at"], name="sending_sent_at")]

    def __str__(self) -> str:
        return str(self.token)


class SavedView(models.Model):
    """A list's filters, order and columns under a name, for one person."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", verbose_name="用户"
    )
    page = models.CharField("页面", max_length=200)
    name = models.CharField("名称", max_length=30)
    query = models.CharField("条件", max_length=1000)
    # Opened when the list is entered without conditions.
    is_default = models.BooleanField("进入列表时打开", default=False)

    class Meta:
        verbose_name = "常用筛选"
        constraints = [
            models.UniqueConstraint(fields=["user", "page", "name"], name="saved_view_once_a_name"),
            models.UniqueConstraint(
                fields=["user", "page"], condition=models.Q(is_default=True), name="saved_view_one_default"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ListColumns(models.Model):
    """Which columns of a list a person wants to see, in which order."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", verbose_name="用户"
    )
    page = models.CharField("页面", max_length=200)
    codes = models.JSONField("列")

    class Meta:
        verbose_name = "列表的列"
        constraints = [models.UniqueConstraint(fields=["user", "page"], name="list_columns_once_a_page")]

    def __str__(self) -> str:
        return f"{self.user} {self.page}"
