"""Wording of what the upkeep of the running system leaves in the journal."""

from salvation.journal.actions import register

register(
    backup__make="备份",
    backup__restore="恢复备份",
    vault__rotate="更换密封密钥",
    vault__turn="更换检索密钥",
    clock__accept="确认服务器时间",
)
