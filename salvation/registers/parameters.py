"""Parameters of conferences."""

from salvation.parameters.registry import Parameter

ALL = (
    Parameter(
        "meeting.task_days",
        "议定事项没写期限的，会后几日完成",
        "int",
        30,
        "000 第73条；天数由县局规定",
        "查到",
        "自然日",
    ),
)
