"""A setting is changed in the config file, and nothing else in it."""

import stat
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.settings import Layer, SettingsError, load
from tui.workspace.settings.config_file import NotKeptError, keep_setting, with_keys, with_setting
from tui.workspace.settings.setting_list import ListedSetting, SettingList

MINE = """\
# My settings.
theme = "nord"  # blue

# bell = true
notify = 'off'

[profiles.work]  # the office
region = "eu"
"""


def test_comments_and_order_stay() -> None:
    changed = with_setting(MINE, "theme", "dracula")
    assert changed == MINE.replace('"nord"', '"dracula"')
    changed = with_setting(MINE, "keep", False)
    assert changed.replace("keep = false\n", "") == MINE
    assert changed.index("keep") < changed.index("[profiles.work]")
    assert with_setting(MINE, "theme", None) == MINE.replace('theme = "nord"  # blue\n', "")


def test_a_setting_of_a_profile_is_changed_in_its_table() -> None:
    changed = with_setting(MINE, "project", "p-1", "work")
    assert changed == f'{MINE}project = "p-1"\n'


@given(st.sampled_from(["theme", "project"]), st.text(max_size=30), st.sampled_from([None, "work"]))
def test_whatever_is_written_is_read_as_it_was_given(name: str, value: str, profile: str | None) -> None:
    before, after = tomllib.loads(MINE), tomllib.loads(with_setting(MINE, name, value, profile))
    (before["profiles"][profile] if profile else before)[name] = value
    assert after == before


def test_the_file_is_private_and_a_link_to_it_stays_a_link(tmp_path: Path) -> None:
    path, real = tmp_path / "config.toml", tmp_path / "dotfiles.toml"
    real.write_text(MINE)
    path.symlink_to(real)
    keep_setting(path, "theme", "dracula")
    assert path.is_symlink()
    assert load({}, {}, path).theme == "dracula"
    assert stat.S_IMODE(real.stat().st_mode) == 0o600
    keep_setting(tmp_path / "new" / "config.toml", "bell", False)
    assert (tmp_path / "new" / "config.toml").read_text() == "bell = false\n"


def test_a_file_that_cannot_be_written_is_as_it_was_and_the_value_holds_for_this_run(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.write_text("not a folder")
    settings = SettingList({}, {}, folder / "config.toml")
    with pytest.raises(NotKeptError, match=r"could not be kept in .*folder/config\.toml: Not a directory"):
        settings.change("bell", False)
    assert not settings.in_force().bell
    assert item(settings, "bell").given == Layer("run", "in this run", {"bell": "false"})


def item(settings: SettingList, name: str) -> ListedSetting:
    return next(item for item in settings.items() if item.name == name)


def test_what_is_stronger_than_the_file_is_not_changed(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text(MINE)
    path.chmod(0o600)
    settings = SettingList({"theme": "nord"}, {"LLAMACHAT_BELL": "off"}, path)
    for name, words in (("theme", "on the command line"), ("bell", "in the environment by LLAMACHAT_BELL")):
        with pytest.raises(SettingsError, match=rf"{name} was given {words}, which is stronger"):
            settings.change(name, "x")
    assert path.read_text() == MINE


def test_a_setting_of_the_profile_in_force_is_kept_in_it(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text(MINE)
    path.chmod(0o600)
    settings = SettingList({"profile": "work"}, {}, path)
    settings.change("region", "na")
    settings.change("theme", "dracula")
    assert path.read_text() == MINE.replace('"eu"', '"na"').replace('"nord"', '"dracula"')


KEYS = (
    '# Mine.\n[keys]\nsession.new = "f9"  # as elsewhere\n"list.pin" = ["x", "f6"]\n\n[profiles.work]\nregion = "eu"\n'
)


def test_keys_are_changed_where_they_stand_and_nothing_else() -> None:
    assert with_keys(KEYS, "session.new", ["f12"]) == KEYS.replace('"f9"', '"f12"')
    assert with_keys(KEYS, "session.new", None) == KEYS.replace('session.new = "f9"  # as elsewhere\n', "")
    assert with_keys(KEYS, "list.pin", ["i"]) == KEYS.replace('["x", "f6"]', '"i"')
    added = with_keys(KEYS, "list.info", ["x", "f7"])
    assert added.replace('"list.info" = ["x", "f7"]\n', "") == KEYS
    assert added.index("list.info") < added.index("[profiles.work]")
    assert with_keys(MINE, "list.info", None) == MINE
    assert tomllib.loads(with_keys("", "list.info", ["x"])) == {"keys": {"list.info": "x"}}
    session = KEYS.replace('"list.pin"', "session.indexes")
    assert tomllib.loads(with_keys(session, "session.new", None))["keys"] == {"session": {"indexes": ["x", "f6"]}}
