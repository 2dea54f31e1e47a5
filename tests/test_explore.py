"""Sliders: every frame is in the page, the widget redraws, nothing clashes."""

import gzip
import json
import re
import subprocess
import sys
from xml.etree import ElementTree

import numpy as np
import pytest

from rnnlm_lib import draw, plot
from rnnlm_lib.explore import explore

plot.use_book_style()
LIVE = "application/vnd.jupyter.widget-view+json"


def square(side):
    return f'<svg viewBox="0 0 9 9" width="9" height="9"><path d="M0 0h{side}"/></svg>'


def data_of(explorer):
    html = explorer._repr_html_()
    return json.loads(re.search(r'<script type="application/json">(.*?)</sc', html)[1])


def frames_of(explorer):
    data = data_of(explorer)
    return ["".join(data["parts"][k] for k in frame) for frame in data["frames"]]


def decay(rate):
    x = np.linspace(0, 4, 60)
    series = {"LSTM": np.exp(-x * rate), "RNN": np.exp(-2 * x * rate)}
    return plot.lines(series, x=x, xlabel="distance (words)", ylabel="gradient")


def test_a_slider_without_alt_text_is_refused():
    with pytest.raises(ValueError, match="pass alt="):
        explore(square, side=[1, 2])


@pytest.mark.parametrize("values", [{}, {"a": [1], "b": [1], "c": [1]}])
def test_none_or_three_parameters_are_refused_with_their_number(values):
    with pytest.raises(ValueError, match=f"1 or 2 .* got {len(values)}"):
        explore(square, alt="a line", **values)


def test_more_than_sixty_frames_are_refused_with_both_numbers():
    with pytest.raises(ValueError, match=r"63 frames, .* at most 60"):
        explore(lambda a, b: square(a + b), alt="a line", a=range(7), b=range(9))
    assert len(explore(square, alt="a line", side=range(60)).frames) == 60


def test_a_start_outside_the_values_is_refused():
    with pytest.raises(ValueError, match=r"start=2, but 'side' has 2 values"):
        explore(square, alt="a line", side=[1, 2], start=2)


def test_alt_text_that_speaks_of_another_parameter_is_refused():
    with pytest.raises(ValueError, match=r"speaks of {width}, but explore has side"):
        explore(square, alt="a line of {width}", side=[1, 2])


def test_a_function_that_returns_no_figure_is_refused_at_once():
    with pytest.raises(ValueError, match="returned NoneType"):
        explore(lambda side: None, alt="a line", side=[1, 2])


def test_the_page_holds_one_frame_per_value_and_each_is_that_figure():
    frames = frames_of(explore(square, alt="a line of {side}", side=[3, 5, 7]))
    assert [re.search(r"h(\d)", frame)[1] for frame in frames] == ["3", "5", "7"]
    labels = [ElementTree.fromstring(frame).get("aria-label") for frame in frames]
    assert labels == ["a line of 3", "a line of 5", "a line of 7"]


def test_two_parameters_give_a_frame_for_each_pair_the_second_running_faster():
    both = explore(lambda a, b: f"<b>{a}{b}</b>", alt="a pair", a=[1, 2], b=[3, 4, 5])
    pairs = [re.search(r"<b>(\d+)", frame)[1] for frame in frames_of(both)]
    assert pairs == ["13", "14", "15", "23", "24", "25"]
    assert both._repr_html_().count('type="range"') == 2


def test_the_slider_says_its_value_in_words():
    html = explore(
        square, alt="a line", side=[1, 2.50], label="length (m)", start=1
    )._repr_html_()
    slider = re.search(r'<label.*?<input type="range"[^>]*></label>', html)[0]
    assert "<span>length (m)</span>" in slider
    assert 'value="1" aria-valuetext="2.5"' in slider
    assert ">2.5</output>" in html


def test_a_long_value_stands_below_its_slider():
    def place(value):
        html = explore(lambda _: "<p>a</p>", alt="a", story=[value])._repr_html_()
        return re.search(r"<output[^>]*>", html)[0]

    assert "grid-column" not in place("the cat")
    assert "grid-column" in place("the cat that ate the mouse")


def test_alt_text_gets_the_values_that_it_does_not_mention():
    frames = frames_of(explore(square, alt="a line", side_length=[1, 2]))
    assert 'aria-label="a line, side length 2"' in frames[1]


def test_a_picture_keeps_its_own_alt_text():
    explorer = explore(
        lambda n: draw.unrolled(["a", "b"], upto=n, alt=f"chain after {n}"),
        alt="a chain",
        n=[1, 2],
    )
    assert 'aria-label="chain after 2"' in explorer.frames[1]


def test_the_page_shows_the_frame_it_starts_with():
    explorer = explore(square, alt="a line", side=[3, 5, 7], start=2)
    assert f'<div style="overflow-x:auto" tabindex="0">{explorer.frames[2]}</div>' in (
        explorer._repr_html_()
    )


def test_frames_may_hold_what_would_end_a_script():
    tricky = "<p>a</p><!-- <script> -->\u2028</script>"
    (frame,) = frames_of(explore(lambda n: tricky, alt="text", n=[1]))
    assert tricky in frame
    html = explore(lambda n: tricky, alt="text", n=[1])._repr_html_()
    data = html[html.index("application/json") :]
    assert "<!--" not in data[: data.index("</script>")]


def test_only_frames_of_unequal_size_are_measured_by_the_page():
    tall = square(1).replace('height="9"', 'height="12"')
    assert not data_of(explore(square, alt="a line", side=[1, 2]))["uneven"]
    assert data_of(explore(lambda n: [square(1), tall][n], alt="a", n=[0, 1]))["uneven"]
    assert data_of(explore(lambda n: "<p>a</p>", alt="text", n=[1]))["uneven"]


def test_same_explorer_same_html_and_ids_of_different_ones_never_clash():
    one, same = (
        explore(decay, alt="decay", rate=[0.1, 0.2])._repr_html_() for _ in range(2)
    )
    other = explore(decay, alt="decay", rate=[0.1, 0.3])._repr_html_()
    ids = [set(re.findall(r' id=\\?"([\w-]+)', html)) for html in (one, other)]
    assert one == same
    assert ids[0]
    assert not ids[0] & ids[1]


def test_twenty_frames_of_a_line_figure_are_light():
    rates = np.linspace(0.1, 2, 20)
    html = explore(decay, alt="decay at {rate}", rate=rates)._repr_html_()
    assert len(html) < 60_000
    assert len(gzip.compress(html.encode())) < 15_000


def test_the_page_asks_nothing_of_other_hosts():
    html = explore(decay, alt="decay", rate=[1, 2])._repr_html_()
    addresses = set(re.findall(r"https?://[^\"\\ ]+", html))
    assert addresses == {"http://www.w3.org/2000/svg"}
    assert " src=" not in html


def test_the_bundle_has_a_live_view_and_the_page():
    bundle = explore(square, alt="a line", side=[1, 2])._repr_mimebundle_()
    assert set(bundle) == {"text/plain", "text/html", LIVE}
    assert bundle[LIVE]["version_major"] == 2
    assert bundle[LIVE]["model_id"]


def test_without_ipywidgets_the_page_is_still_there(monkeypatch):
    monkeypatch.setitem(sys.modules, "ipywidgets", None)
    bundle = explore(square, alt="a line", side=[1, 2])._repr_mimebundle_()
    assert set(bundle) == {"text/plain", "text/html"}


def test_moving_a_slider_calls_the_function_again_and_shows_its_figure():
    calls = []
    explorer = explore(
        lambda a, b: calls.append((a, b)) or square(a + b), alt="a", a=[1, 2], b=[3, 6]
    )
    view, first, second = explorer.widget().children
    calls.clear()
    first.index, second.index = 1, 1
    assert calls == [(2, 3), (2, 6)]
    assert "M0 0h8" in view.value
    assert first.description == "a"


def test_the_live_figure_follows_what_the_reader_has_changed():
    settings = {"scale": 1}
    explorer = explore(lambda n: square(settings["scale"] * n), alt="a", n=[2, 3])
    view, slider = explorer.widget().children
    settings["scale"] = 2
    slider.index = 1
    assert "M0 0h6" in view.value


def test_sliders_and_diagrams_do_not_need_matplotlib():
    code = (
        "import sys; sys.modules['matplotlib'] = None\n"
        "from rnnlm_lib import draw\nfrom rnnlm_lib.explore import explore\n"
        "explore(lambda n: draw.stack(n, 2, alt='grid'), alt='grid', n=[1, 2])"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_ipython_shows_both_forms():
    from IPython.core.interactiveshell import InteractiveShell

    explorer = explore(square, alt="a line", side=[1, 2])
    data, _ = InteractiveShell.instance().display_formatter.format(explorer)
    assert {"text/html", LIVE} <= set(data)
