"""The private parts of Textual that `tui.terminal` stands on. When a test fails here, Textual changed: read it anew."""

import inspect
from typing import Any

from rich.color import ColorSystem
from rich.style import Style
from textual._compositor import ChopsUpdate, Compositor, CompositorUpdate, LayoutUpdate
from textual.app import App, ComposeResult
from textual.drivers.linux_driver import LinuxDriver
from textual.geometry import Region
from textual.screen import Screen
from textual.strip import Strip
from textual.widget import Widget
from textual.widgets import Static
from textual.worker import Worker

from tui.terminal.app import DiffingApp
from tui.terminal.drawn_whole import DrawnWholeScreen
from tui.terminal.resized_once import ResizedOnceScreen


def parameters(function: object) -> list[str]:
    assert callable(function)
    return list(inspect.signature(function).parameters)


def test_the_methods_that_are_overridden_exist_with_these_parameters() -> None:
    for name, expected in {
        "_display": ["self", "screen", "renderable"],
        "_begin_update": ["self"],
        "_end_update": ["self"],
        "_process_messages_loop": ["self"],
        "exit": ["self", "result", "return_code", "message"],
    }.items():
        assert parameters(getattr(App, name)) == expected
        assert getattr(DiffingApp, name) is not getattr(App, name)


def test_a_frame_is_written_as_the_text_that_its_update_renders() -> None:
    stock: Any = App
    source = inspect.getsource(stock._display)
    assert "renderable.render_segments(console)" in source
    assert "self._begin_update()" in source
    assert issubclass(LayoutUpdate, CompositorUpdate)
    assert issubclass(ChopsUpdate, CompositorUpdate)


async def test_updates_hold_what_is_read_from_them() -> None:
    class Hello(App[None]):
        def compose(self) -> ComposeResult:
            yield Static("hello")

    app = Hello()
    async with app.run_test(size=(20, 5)) as pilot:
        screen: Any = app.screen
        assert isinstance(screen._compositor, Compositor)
        compositor: Any = screen._compositor
        whole = compositor.render_update(full=True, screen_stack=[])
        assert isinstance(whole, LayoutUpdate)
        assert whole.region == Region(0, 0, 20, 5)
        assert ["".join(strip.text for strip in line).rstrip() for line in whole.strips] == ["hello", "", "", "", ""]
        await pilot.pause()
        compositor.update_widgets({app.query_one(Static).refresh()})
        part = compositor.render_update(screen_stack=[])
        assert isinstance(part, ChopsUpdate)
        assert part.spans == [(0, 0, 20)]
        assert part.chop_ends[0] == [20]
        assert part.chops[0][0] is not None


def test_attributes_of_a_style_are_rendered_without_colours_when_it_has_none() -> None:
    assert (
        Strip.render_ansi(Style(bold=True, underline=True, color="red").without_color, ColorSystem.TRUECOLOR) == "1;4"
    )


def test_the_app_knows_whether_frames_can_be_held_back_and_which_screens_shine_through() -> None:
    app: Any = DiffingApp()
    assert app._sync_available is False
    assert app._background_screens == []


def test_the_driver_writes_reads_and_measures_only_where_ours_does() -> None:
    stock: Any = LinuxDriver
    source = inspect.getsource(LinuxDriver)
    assert source.count("self._writer_thread.write(") == 1
    assert "self._writer_thread.write(data)" in inspect.getsource(stock.write)
    assert source.count("os.read") == 1
    assert "while not self.exit_event.is_set()" in inspect.getsource(stock.run_input_thread)
    assert "self._get_terminal_size()" in inspect.getsource(stock.start_application_mode)
    assert "self.attrs_before = termios.tcgetattr(self.fileno)" in source
    assert parameters(stock.start_application_mode) == parameters(stock.close) == ["self"]


def test_a_crash_goes_through_the_method_that_tells_it_without_the_values_of_variables() -> None:
    stock: Any = App
    assert "self._fatal_error()" in inspect.getsource(stock._handle_exception)
    source = inspect.getsource(stock._fatal_error)
    assert "self._exit_renderables.append(" in source
    assert "self._close_messages_no_wait()" in source


def test_a_worker_that_fails_goes_through_the_method_that_tells_it() -> None:
    stock: Any = Worker
    source = inspect.getsource(stock._run)
    assert "worker_failed = WorkerFailed(self._error)" in source
    assert "app._handle_exception(worker_failed)" in source


def test_the_driver_is_built_before_the_terminal_is_taken() -> None:
    stock: Any = App
    source = inspect.getsource(stock._process_messages)
    assert parameters(stock._build_driver) == ["self", "headless", "inline", "mouse", "size"]
    assert source.index("self._build_driver(") < source.index("driver.start_application_mode()")


async def test_widgets_are_listed_from_the_top_with_where_they_are_and_rendered_line_by_line() -> None:
    class Two(App[None]):
        CSS = "Screen { layers: below above; } #over { layer: above; width: 3; height: 1; }"

        def compose(self) -> ComposeResult:
            yield Static("below", id="under")
            yield Static("top", id="over")

    app = Two()
    async with app.run_test(size=(20, 5)):
        screen: Any = app.screen
        over, under = app.query_one("#over"), app.query_one("#under")
        visible = screen._compositor.visible_widgets
        assert [widget for widget in visible if widget in (over, under)] == [over, under]
        assert visible[over] == (Region(0, 0, 3, 1), Region(0, 0, 20, 5))
        assert isinstance(screen._layout_required, bool)
        untyped: Any = app
        assert untyped._batch_count == 0
        cached: Any = under
        before = under.render_lines(Region(0, 0, 20, 1))
        assert under.render_lines(Region(0, 0, 20, 1))[0] is before[0]
        cached._styles_cache.set_dirty(Region(0, 0, 20, 1))
        assert under.render_lines(Region(0, 0, 20, 1))[0] is not before[0]


def test_keys_go_to_what_has_the_focus_and_bubble_up_to_the_app() -> None:
    stock: Any = App
    source = inspect.getsource(stock.on_event)
    assert source.count("forward_target = self.focused or self.screen") == 1
    assert source.count("forward_target._forward_event(event)") == 1
    assert "await self._check_bindings(event.key)" in inspect.getsource(stock._on_key)
    assert parameters(stock.on_event) == ["self", "event"]


def test_a_screen_is_laid_out_and_drawn_by_the_methods_that_wait_until_it_is_whole() -> None:
    for name in ("_on_timer_update", "_compositor_refresh"):
        assert parameters(getattr(Screen, name)) == ["self"]
        assert getattr(DrawnWholeScreen, name) is not getattr(Screen, name)
    stock: Any = Screen
    update = inspect.getsource(stock._on_timer_update)
    assert update.index("if self._layout_required:") < update.index("if self._repaint_required:")
    assert "self._compositor_refresh()" in inspect.getsource(stock._refresh_layout)


def test_a_new_size_is_laid_out_and_drawn_by_the_method_after_which_nothing_asks_for_it_again() -> None:
    stock: Any = Screen
    assert parameters(stock._screen_resized) == ["self", "size"]
    assert "self._refresh_layout(size)" in inspect.getsource(stock._screen_resized)
    ours: Any = ResizedOnceScreen
    assert ours._screen_resized is not stock._screen_resized
    of_widget: Any = Widget
    assert "self.virtual_size = virtual_size" in inspect.getsource(of_widget._size_updated)
    asking = inspect.getsource(of_widget._check_refresh)
    assert "if self._layout_required:" in asking
    assert "if self._repaint_required:" in asking
