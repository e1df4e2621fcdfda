import os
from pathlib import Path

import pytest

from tui.api.regions import REGIONS
from tui.settings import Settings, SettingsError, config_path, config_to_read, load, origins

NOWHERE = Path("/nowhere/config.toml")


def test_flags_win_over_the_environment_and_that_over_the_file(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text('theme = "nord"\nproject = "from-file"\norganization = "from-file"\n')
    environ = {"LLAMA_CLOUD_PROJECT_ID": "from-environment", "LLAMA_CLOUD_ORGANIZATION_ID": "from-environment"}
    settings = load({"organization": "from-flag", "project": None}, environ, path)
    assert (settings.theme, settings.project, settings.organization) == ("nord", "from-environment", "from-flag")


def test_the_region_decides_the_address_unless_one_is_given() -> None:
    assert load({}, {}, NOWHERE).cloud_url == REGIONS["na"]
    assert load({}, {"LLAMA_CLOUD_REGION": " EU "}, NOWHERE).cloud_url == REGIONS["eu"]
    assert load({"base_url": "https://llama.example"}, {}, NOWHERE).cloud_url == "https://llama.example"


@pytest.mark.fault(60)
def test_each_server_project_and_this_machine_have_an_account_of_their_own() -> None:
    one = Settings(project="one")
    others = [
        Settings(),
        Settings(project="two"),
        one.with_region("eu"),
        Settings(base_url="https://llama.example", project="one"),
        one.with_folders((Path("/papers"),)),
    ]
    assert len({settings.account for settings in (one, *others)}) == len(others) + 1


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text("theme = ")
    with pytest.raises(SettingsError, match=r"config\.toml cannot be read"):
        load({}, {}, path)


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("keep = " + "9" * 5000, "cannot be read: line 2 has more than 4,000 characters."),
        ("[keys]\n'app.quit' = " + "9" * 5000, "cannot be read: line 3 has more than 4,000 characters."),
        ("[keys]\n" + ".".join("a" * 3000) + " = 1", "cannot be read: line 3 has more than 4,000 characters."),
        ("[keys]\n" + ".".join("a" * 1900) + " = 1", "in line 3."),
        ("[profiles]\n" + ".".join("a" * 1900) + " = 1", "unknown setting 'a' in line 3."),
        (".".join(["theme", *"a" * 1900]) + " = 1", "The setting theme in line 2"),
        ("theme = ['nord']", "The setting theme in line 2"),
        ("theme = 0x" + "f" * 3900, "The setting theme in line 2"),
        ("theme = 0o" + "7" * 3900, "is no text, and not true or false."),
        ("[keys]\n'app.quit' = 0x" + "f" * 3900, "app.quit has in line 3 something that is no text in quotes"),
        ("theme = " + "[" * 3000, "cannot be read: too many brackets stand in each other in line 2."),
        ("theme = [\n" + "[\n[{a=" * 2000, "cannot be read: too many brackets stand in each other in line"),
        ("#" * 3000 + "\n" + "# more\n" * 40_000, "cannot be read: it has more than 262,144 characters."),
    ],
)
def test_what_python_cannot_read_is_told_with_its_line(tmp_path: Path, written: str, words: str) -> None:
    path = tmp_path / "config.toml"
    path.write_text(f"# mine\n{written}\n")
    with pytest.raises(SettingsError) as raised:
        load({}, {}, path)
    assert words in str(raised.value)
    assert len(str(raised.value)) < 500 + len(str(path))


def test_a_folder_or_nothing_in_place_of_the_file_is_told_in_words(tmp_path: Path) -> None:
    tmp_path.chmod(0o777)
    with pytest.raises(SettingsError, match=r"cannot be read: it is a folder\."):
        load({}, {}, tmp_path)
    with pytest.raises(SettingsError, match=r"cannot be read: File name too long\."):
        load({}, {}, Path("/nowhere", "x" * 5000))
    with pytest.raises(SettingsError, match=r"LLAMACHAT_CONFIG names /nowhere/config\.toml, and there is no such file"):
        config_to_read({"LLAMACHAT_CONFIG": str(NOWHERE)})


def test_an_unknown_setting_and_an_unknown_region_are_named(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text('# colours\ntheme = "nord"\ncolour = "red"\n')
    with pytest.raises(SettingsError, match="unknown setting 'colour' in line 3"):
        load({}, {}, path)
    with pytest.raises(SettingsError, match="'mars' in the environment is unknown"):
        load({}, {"LLAMA_CLOUD_REGION": "mars"}, NOWHERE)


def test_the_place_of_the_file_can_be_given() -> None:
    assert config_path({"LLAMACHAT_CONFIG": "/here/it.toml"}) == Path("/here/it.toml")
    assert config_path({}).name == "config.toml"


def test_a_choice_of_folders_or_of_a_region_keeps_the_other_settings() -> None:
    settings = Settings(theme="nord", project="p").with_folders((Path("/papers"),))
    assert settings.local == (Path("/papers"),)
    assert settings.with_region("eu") == Settings(theme="nord", project="p", region="eu")


@pytest.mark.parametrize(("written", "kept"), [("keep = false", False), ("keep = true", True), ("", True)])
def test_whether_anything_is_kept_is_a_setting(tmp_path: Path, written: str, kept: bool) -> None:
    (tmp_path / "config.toml").write_text(written)
    assert load({}, {}, tmp_path / "config.toml").keep is kept


@pytest.mark.parametrize("written", ['keep = "perhaps"', 'notify = "mail"', 'bell = "loud"', 'theme = "nope"'])
def test_a_setting_that_cannot_be_understood_is_named(tmp_path: Path, written: str) -> None:
    (tmp_path / "config.toml").write_text(f"# Mine.\n{written}\n")
    with pytest.raises(SettingsError, match=rf"{written.partition(' ')[0]} .*in line 2 of .*config\.toml is "):
        load({}, {}, tmp_path / "config.toml")


@pytest.mark.fault(66)
@pytest.mark.parametrize("mode", [0o666, 0o664, 0o602])
def test_a_file_that_others_can_change_is_not_believed(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "config.toml"
    path.write_text('base_url = "https://evil.test"')
    path.chmod(mode)
    with pytest.raises(SettingsError, match=r"Others can change .*chmod go-w"):
        load({}, {}, path)
    path.chmod(0o644)
    assert load({}, {}, path).base_url == "https://evil.test"


@pytest.mark.fault(66)
def test_a_file_of_another_user_is_not_believed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "config.toml"
    path.write_text('base_url = "https://evil.test"')
    path.chmod(0o644)
    if os.geteuid() == 0:
        os.chown(path, 12345, -1)
    else:
        monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)
    with pytest.raises(SettingsError, match="belongs to another user"):
        load({}, {}, path)


@pytest.mark.fault(66)
def test_only_an_address_on_the_command_line_is_typed() -> None:
    address = {"LLAMA_CLOUD_BASE_URL": "https://llama.example"}
    assert not load({"base_url": None}, address, NOWHERE).is_typed_base_url
    assert load({"base_url": "https://llama.example"}, address, NOWHERE).is_typed_base_url


PROFILES = """
theme = "nord"
region = "na"
profile = "home"

[profiles.home]
project = "p-home"

[profiles.work]
region = "eu"
project = "p-work"
"""


@pytest.mark.parametrize(
    ("flags", "environ", "region", "project"),
    [
        ({}, {}, "na", "p-home"),
        ({}, {"LLAMA_CLOUD_PROJECT_ID": "p-env"}, "na", "p-env"),
        ({}, {"LLAMACHAT_PROFILE": "work", "LLAMA_CLOUD_REGION": "na"}, "eu", "p-work"),
        ({"profile": "work"}, {"LLAMA_CLOUD_PROJECT_ID": "p-env"}, "eu", "p-work"),
        ({"profile": "work", "project": "p-flag"}, {}, "eu", "p-flag"),
    ],
)
def test_a_profile_is_as_strong_as_what_names_it(
    tmp_path: Path, flags: dict[str, str | None], environ: dict[str, str], region: str, project: str
) -> None:
    path = tmp_path / "config.toml"
    path.write_text(PROFILES)
    settings = load(flags, environ, path)
    assert (settings.region, settings.project, settings.theme) == (region, project, "nord")


@pytest.mark.fault(60)
def test_what_is_kept_of_one_profile_is_not_that_of_another() -> None:
    assert Settings(profile="work").account != Settings(profile="home").account != Settings().account


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('profile = "play"\n[profiles.work]\n', "no profile 'play' in .* It has: work"),
        ("[profiles.work]\ntheme = 'nord'\n", "unknown setting 'theme' in line 2"),
        ("region = 'eu'\n[profiles.work]\n\nregion = ['eu']", "The setting region in line 4 of .* is no text"),
        ("[profiles.'w.o']\nregion = 'eu'\n[profiles.\"play\"]\nregion = ['eu']", "The setting region in line 4 of"),
        (
            "profile = 'work'\nregion = 'eu'\n[profiles.work]\nregion = 'mars'",
            "'mars' in line 4 of the profile work of",
        ),
        ("profiles.work.region = 'eu'\nprofiles.work.bell = true", "unknown setting 'bell' in line 2"),
        ("profiles = 3", "no tables"),
        ("[profile.work]\nregion = 'eu'\n[other]\n", "unknown setting 'other' in line 3"),
    ],
)
def test_a_profile_that_cannot_be_used_is_told(tmp_path: Path, text: str, words: str) -> None:
    (tmp_path / "config.toml").write_text(text)
    with pytest.raises(SettingsError, match=words):
        load({}, {}, tmp_path / "config.toml")


@pytest.mark.fault(66)
@pytest.mark.parametrize(
    ("flags", "environ", "chosen", "address"),
    [
        ({"profile": "work"}, {}, {}, REGIONS["eu"]),
        ({}, {}, {"profile": "work"}, REGIONS["eu"]),
        ({"base_url": "https://typed.example"}, {}, {"profile": "work"}, REGIONS["eu"]),
        ({"base_url": "https://typed.example"}, {}, {"profile": "own"}, "https://own.example"),
        ({"profile": "own"}, {}, {}, "https://own.example"),
        ({"profile": "work", "base_url": "https://typed.example"}, {}, {}, "https://typed.example"),
        ({"profile": "plain"}, {}, {}, "https://environment.example"),
        ({}, {"LLAMA_CLOUD_REGION": "eu"}, {}, "https://environment.example"),
        ({"region": "eu"}, {}, {}, REGIONS["eu"]),
    ],
)
def test_a_key_goes_to_the_server_that_the_profile_means(
    tmp_path: Path, flags: dict[str, str | None], environ: dict[str, str], chosen: dict[str, str | None], address: str
) -> None:
    path = tmp_path / "config.toml"
    path.write_text(
        '[profiles.work]\nregion = "eu"\n[profiles.plain]\nproject = "p"\n'
        '[profiles.own]\nregion = "eu"\nbase_url = "https://own.example"\n'
    )
    environ = {"LLAMA_CLOUD_BASE_URL": "https://environment.example", **environ}
    settings = load(flags, environ, path, chosen)
    assert settings.cloud_url == address
    assert settings.is_typed_base_url == (address == flags.get("base_url"))
    given = origins(flags, environ, path, chosen)
    assert ("base_url" in given) == (address != REGIONS["eu"])
