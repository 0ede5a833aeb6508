"""How the kept facts of an act are said. Unknown keys are shown as they are: nothing is hidden."""

from collections.abc import Mapping
from typing import Any

LABELS = {
    "username": "用户名", "role": "角色", "from": "原", "to": "新", "month": "月份", "frozen": "已冻结", "key": "参数",
    "value": "取值", "words": "检索词", "version": "版次", "step": "步骤", "rows": "行数", "reason": "理由", "period": "期间",
    "population": "户籍人口", "members": "人数", "job": "任务", "kind": "类别", "name": "名称", "approved": "批准", "account": "账号",
    "accepted": "接收行数", "rejected": "退回行数", "changed": "修改项", "households": "户数", "file": "文件", "field": "字段", "format": "格式",
    "list": "名单", "digest": "指纹", "hits": "命中", "register": "登记簿", "rosters": "册数", "new": "新增", "benefit": "待遇",
    "for": "归属月", "note": "说明", "command": "命令行", "approved_by": "批准人", "program": "类别", "eligible": "符合", "total": "月应发",
    "unchanged": "未变行数", "unit": "单位", "line": "明细",
}  # fmt: skip
YES_NO = {"True": "是", "False": "否"}


def said(facts: Mapping[str, Any]) -> str:
    """The facts in one line."""
    return "，".join(
        f"{LABELS.get(key, key)}：{YES_NO.get(str(value), value)}" for key, value in facts.items()
    )
