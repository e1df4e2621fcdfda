import keyring
import pytest
from hypothesis import settings
from keyring.backends.fail import Keyring as NoKeyring

settings.register_profile("same", deadline=None, derandomize=True, max_examples=100)
settings.register_profile("quick", settings.get_profile("same"), max_examples=20)
settings.register_profile("explore", deadline=None, max_examples=2000)
settings.load_profile("same")


@pytest.fixture(autouse=True)
def no_keyring() -> None:
    """No test meets the user's keyring, nor one that another test has put in its place."""
    keyring.set_keyring(NoKeyring())


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--write-screenshots", action="store_true", help="write the pictures in screenshots/ anew")
