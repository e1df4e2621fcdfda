from pathlib import Path

from tui.api.models import SourceFile
from tui.workspace.push.files import LocalFile, path_key
from tui.workspace.push.plan import planned

OLD, NEW = "0" * 32, "1" * 32


def local(name: str, digest: str = NEW, size: int = 10) -> LocalFile:
    return LocalFile(name, Path(name), size, f"push-{path_key(name)}-{digest}")


def remote(name: str, digest: str = NEW, number: int = 1) -> SourceFile:
    return SourceFile(f"dfl-{name}-{digest[0]}-{number}", name, f"push-{path_key(name)}-{digest}")


def test_of_each_file_what_is_to_be_done() -> None:
    plan = planned(
        [local("new.md"), local("changed.md", size=7), local("same.md")],
        [remote("changed.md", OLD), remote("same.md"), remote("gone.md"), SourceFile("dfl-1", "by hand.md", "by hand")],
    )
    assert [change.file.name for change in plan.new] == ["new.md"]
    assert [(change.file.name, list(change.older)) for change in plan.changed] == [
        ("changed.md", [remote("changed.md", OLD)])
    ]
    assert plan.unchanged == 1
    assert list(plan.gone) == [remote("gone.md")]
    assert plan.others == 1
    assert plan.size == 17


def test_a_version_that_a_killed_push_left_is_stale() -> None:
    plan = planned([local("a.md")], [remote("a.md", OLD), remote("a.md"), remote("a.md", number=2)])
    assert plan.to_send == []
    assert list(plan.stale) == [remote("a.md", OLD), remote("a.md", number=2)]


def test_the_same_content_under_another_name_is_sent() -> None:
    plan = planned([local("b.md")], [remote("a.md")])
    assert [change.file.name for change in plan.to_send] == ["b.md"]
    assert list(plan.gone) == [remote("a.md")]
