from django.apps import AppConfig


class RegistersConfig(AppConfig):
    name = "salvation.registers"
    verbose_name = "登记簿"

    def ready(self) -> None:
        from salvation.parameters.registry import register as register_parameters  # noqa: PLC0415
        from salvation.periods.measures import register as register_measures  # noqa: PLC0415
        from salvation.registers import measures, parameters  # noqa: PLC0415 - models are loaded only now
        from salvation.registers.declared import (  # noqa: PLC0415
            MEETINGS,
            MEMBERS,
            PANELS,
            POLICIES,
            RULES,
            STAFF,
            TASKS,
        )
        from salvation.registers.register import register  # noqa: PLC0415
        from salvation.web.navigation import NavItem  # noqa: PLC0415
        from salvation.web.navigation import register as add_to_menu  # noqa: PLC0415

        register_parameters(*parameters.ALL)
        register_measures(measures.SOURCES, measures.MEASURES)
        register(MEETINGS, RULES, TASKS, MEMBERS, POLICIES, STAFF, PANELS)
        add_to_menu(NavItem("会议开展情况", "registers:standing", "register.view", "登记簿", "chart", 11))
