from tests.databases import world_copy, world_database

__all__ = ["world_copy", "world_database"]
