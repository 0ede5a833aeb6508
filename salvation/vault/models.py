"""How far the change of the key of blind indexes has come."""

from django.db import models


class IndexTurn(models.Model):
    """One change of INDEX_KEY. ``key`` tells the new key apart without telling it; done: everything stands under it."""

    key = models.CharField("新密钥标识", max_length=32, unique=True)
    done = models.BooleanField("已完成", default=False)
    begun_at = models.DateTimeField("开始时间", auto_now_add=True)

    class Meta:
        verbose_name = "检索密钥更换"

    def __str__(self) -> str:
        return f"{self.key[:8]}（{'已完成' if self.done else '进行中'}）"


class TurnedIndex(models.Model):
    """A blind index under the new key whose value stands under it in every table."""

    index = models.UUIDField("检索指纹", primary_key=True)

    class Meta:
        verbose_name = "已改用新密钥的检索指纹"

    def __str__(self) -> str:
        return str(self.index)
