import os
from pathlib import Path

import pytest

from tui.first_frame import MAX_BYTES, frame_path, read_frame
from tui.store.files import store_path
from tui.store.frames import MAX_FRAMES, Frames

START = {"HOME": "/home/anna", "TERM": "xterm-256color", "LLAMA_CLOUD_API_KEY": "llx-one"}


def named(*arguments: str, columns: int = 80, **environ: str) -> str:
    return frame_path(arguments, START | environ, columns, 24)


@pytest.mark.parametrize("environ", [{}, {"LLAMACHAT_STATE_DIR": "/tmp/state"}, {"XDG_STATE_HOME": "/tmp/xdg"}])
def test_frames_are_beside_the_store(environ: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LLAMACHAT_STATE_DIR", "XDG_STATE_HOME"):
        monkeypatch.delenv(name, raising=False)
        if name in environ:
            monkeypatch.setenv(name, environ[name])
    frame = Path(frame_path([], os.environ, 80, 24))
    assert frame.parent.parent == store_path().parent


def test_each_way_of_starting_has_a_frame_of_its_own() -> None:
    ways = [
        named(),
        named("--local"),
        named(columns=81),
        named(TERM="tmux"),
        named(LLAMA_CLOUD_BASE_URL="https://other.example"),
        named(NO_COLOR="1"),
        named(LANG="de_DE.UTF-8"),
    ]
    assert len(set(ways)) == len(ways)


def test_an_empty_variable_is_none() -> None:
    assert named(NO_COLOR="") == named()


def test_settings_that_were_changed_make_it_another_way(tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    without = named(LLAMACHAT_CONFIG=str(config))
    config.write_text("keep = false\n")
    assert named(LLAMACHAT_CONFIG=str(config)) != without


@pytest.mark.fault(64)
def test_a_key_leaves_no_trace_in_a_frame_s_name() -> None:
    assert named(LLAMA_CLOUD_API_KEY="llx-two", LLAMACHAT_MODEL_KEY="sk") == named()


def test_the_latest_frame_is_of_any_way_of_starting(tmp_path: Path) -> None:
    kept = Frames(tmp_path / "store.sqlite3")
    assert (kept.latest(), Frames(None).latest()) == (None, None)
    for at, name in enumerate(("00000002", "00000001", "00000003.77")):
        kept.keep(name, f"{name}\0cells".encode())
        os.utime(tmp_path / "frames" / name, (at, at))
    (tmp_path / "frames" / "00000003.77").write_bytes(b"half of")
    os.utime(tmp_path / "frames" / "00000003.77", (9, 9))
    assert kept.latest() == b"00000001\0cells"


def test_only_the_last_frames_are_kept_and_all_go_together(tmp_path: Path) -> None:
    kept = Frames(tmp_path / "store.sqlite3")
    for number in range(MAX_FRAMES + 5):
        kept.keep(f"{number:08x}", b"text\0cells")
    names = sorted(file.name for file in (tmp_path / "frames").iterdir())
    assert len(names) == MAX_FRAMES
    assert f"{MAX_FRAMES + 4:08x}" in names
    assert read_frame(str(tmp_path / "frames" / names[-1])) == b"text\0cells"
    kept.clear()
    kept.clear()
    assert list(tmp_path.iterdir()) == []


def test_a_frame_that_is_cut_off_is_none(tmp_path: Path) -> None:
    Frames(tmp_path / "store.sqlite3").keep("cut", b"text alone")
    assert read_frame(str(tmp_path / "frames" / "cut")) is None


def test_a_file_larger_than_any_frame_is_none(tmp_path: Path) -> None:
    largest = b"text\0cells".ljust(MAX_BYTES)
    Frames(tmp_path / "store.sqlite3").keep("large", largest)
    assert read_frame(str(tmp_path / "frames" / "large")) == largest
    Frames(tmp_path / "store.sqlite3").keep("large", largest + b" ")
    assert read_frame(str(tmp_path / "frames" / "large")) is None


def test_without_a_store_no_frame_is_kept(tmp_path: Path) -> None:
    Frames(None).keep("name", b"text\0cells")
    Frames(None).clear()
    assert list(tmp_path.iterdir()) == []
