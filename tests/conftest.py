import pytest
from hypothesis import settings

settings.register_profile("same", deadline=None, derandomize=True, max_examples=200)
settings.register_profile("quick", settings.get_profile("same"), max_examples=20)
settings.register_profile("explore", deadline=None, max_examples=2000)
settings.load_profile("same")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--write-screenshots", action="store_true", help="write the pictures in screenshots/ anew")
