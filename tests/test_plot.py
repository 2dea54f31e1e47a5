"""Figures: one style, an SVG that follows the page, alt text, nothing shown twice."""

import re
import subprocess
import sys
from types import SimpleNamespace
from xml.etree import ElementTree

import numpy as np
import pytest

from rnnlm_lib import plot
from rnnlm_lib.compact import compact
from rnnlm_lib.picture import Picture

plot.use_book_style()


def curve(height=1.0):
    return plot.lines({"LSTM": [3, 2, height]}, xlabel="epoch", ylabel="loss")


def ids(html):
    return set(re.findall(r' id="([^"]+)"', html))


def contrast(color, other):
    def luminance(hue):
        parts = np.array([int(hue[k : k + 2], 16) for k in (1, 3, 5)]) / 255
        linear = np.where(parts > 0.04, ((parts + 0.055) / 1.055) ** 2.4, parts / 12.92)
        return linear @ [0.2126, 0.7152, 0.0722] + 0.05

    low, high = sorted([luminance(color), luminance(other)])
    return high / low


@pytest.mark.parametrize("alt", ["", "  ", None])
def test_a_figure_without_alt_text_is_refused_with_the_remedy(alt):
    with pytest.raises(ValueError, match="pass alt="):
        plot.show(curve(), alt=alt)


def test_the_picture_is_a_figure_with_an_image_role_its_alt_text_and_a_caption():
    html = plot.show(curve(), alt='loss "falls"', caption="a < b")._repr_html_()
    figure = ElementTree.fromstring(html)
    svg = figure.find("div")[0]
    assert figure.attrib["class"] == "rnnlm-fig"
    assert (svg.get("role"), svg.get("aria-label")) == ("img", 'loss "falls"')
    assert figure.find("figcaption").text == "a < b"


def test_a_caption_sets_a_letter_with_an_index_and_leaves_names_of_code():
    html = plot.show(curve(), alt="loss", caption="W_x, Γ_u; weight_ih")._repr_html_()
    assert "<i>W</i><sub>x</sub>, <i>Γ</i><sub>u</sub>; weight_ih" in html


def test_size_is_known_before_the_figure_is_drawn():
    fig, _ = plot.figure(6, 3)
    svg = ElementTree.fromstring(plot.to_svg(fig))
    assert (svg.get("width"), svg.get("height")) == ("576", "288")
    assert svg.get("viewBox") == "0 0 432 216"
    assert "max-width:100%" in svg.get("style")


def test_ink_is_the_text_colour_of_the_page_and_never_black_or_white():
    fig = plot.bars(["a", "b"], [1, 2], xlabel="count")
    svg = plot.to_svg(fig)
    assert "currentColor" in svg
    assert not re.search(r"#000|#fff|black|white|<style|font-family", svg, re.I)


def test_the_background_is_the_page():
    svg = plot.to_svg(plot.figure()[0])
    assert not re.search(r'<(path|rect)[^>]*fill="(?!none)', svg)


def test_text_stays_text_and_a_formula_flows_in_the_font_of_the_page():
    fig, _ = plot.figure(subplot_kw={"xlabel": "state $h_t$ (nats)"})
    svg = plot.to_svg(fig)
    words = re.findall(r"<tspan[^>]*>([^<]*)", svg)
    assert words == ["state\xa0", "h", "t", "\xa0(nats)"]
    assert not re.search(r"<tspan[^>]* x=", svg)


def test_same_figure_same_ids_and_other_figures_never_share_one():
    one, same, other = (
        plot.show(curve(height), alt="loss")._repr_html_() for height in (1, 1, 1.5)
    )
    assert one == same
    assert ids(one)
    assert not ids(one) & ids(other)


def test_every_reference_has_its_id():
    html = plot.show(curve(), alt="loss")._repr_html_()
    used = set(re.findall(r'(?:href="#|url\(#)([\w-]+)', html))
    assert used == ids(html)


def test_coordinates_have_at_most_two_decimals():
    svg = plot.to_svg(curve())
    numbers = " ".join(re.findall(r' (?:d|x|y|width|points)="([^"]*)"', svg))
    assert not re.search(r"\.\d{3}", numbers)


def test_steps_of_a_line_add_up_to_its_places():
    source = '<svg viewBox="0 0 9 9"><path d="M 1.25 2 \nL 3.127 5 \nL 2 4 \n"/></svg>'
    assert 'd="m1.25 2 1.88 3 -1.13 -1"' in compact(source)


def test_fonts_that_older_matplotlib_writes_in_one_are_understood():
    style = "font: italic 700 9.5px 'DejaVu Sans', sans-serif; text-anchor: end"
    source = f'<svg viewBox="0 0 9 9"><text x="1" style="{style}">a</text></svg>'
    text = ElementTree.fromstring(compact(source))[0]
    assert text.get("font-size") == "9.5"
    assert (text.get("font-style"), text.get("font-weight")) == ("italic", "700")
    assert text.get("text-anchor") == "end"


def test_a_shown_figure_of_pyplot_is_closed_and_not_shown_again():
    from matplotlib import pyplot

    fig, _ = pyplot.subplots()
    plot.show(fig, alt="empty axes")
    assert not pyplot.get_fignums()


def test_many_figures_leave_nothing_open():
    from matplotlib import pyplot

    for _ in range(25):
        plot.figure()
    assert not pyplot.get_fignums()


@pytest.mark.parametrize("page", ["#ffffff", "#14181b"])
def test_every_colour_is_legible_on_white_and_on_dark(page):
    hues = [hue for hue in plot.COLORS.values() if hue != "black"]
    assert min(contrast(hue, page) for hue in hues) >= 3


def test_a_model_has_one_colour_and_its_torch_twin_is_dashed():
    lstm, twin = plot.model_style("LSTM, 2 layers"), plot.model_style("lstm (PyTorch)")
    assert lstm == {"color": plot.COLORS["lstm"], "linestyle": "-"}
    assert twin == {"color": plot.COLORS["lstm"], "linestyle": "--"}
    assert plot.model_style("trigram")["color"] == plot.COLORS["ngram"]
    assert plot.model_style("entropy rate") is None


def test_bars_stand_in_reading_order_with_their_values():
    ax = plot.bars(["answer", "sleep"], [0.25, 0.5], xlabel="probability").axes[0]
    assert [bar.get_width() for bar in ax.patches] == [0.25, 0.5]
    assert [text.get_text() for text in ax.texts] == ["0.25", "0.50"]
    assert ax.yaxis_inverted()


def test_several_seeds_become_their_median_in_the_band_of_their_range():
    runs = [[3, 2], [1, 1], [2, 6]]
    ax = plot.lines({"GRU": runs}, xlabel="epoch", ylabel="loss").axes[0]
    assert list(ax.lines[0].get_ydata()) == [2, 2]
    (band,) = ax.collections
    assert band.get_paths()[0].get_extents().intervaly.tolist() == [1, 6]


def test_a_baseline_is_drawn_and_named():
    fig = plot.lines({"RNN": [3, 2]}, xlabel="n", ylabel="", baseline={"entropy": 1.5})
    (ax,) = fig.axes
    assert ax.lines[-1].get_ydata() == [1.5, 1.5]
    assert {text.get_text() for text in ax.texts} == {"RNN", "entropy"}


def test_names_of_lines_that_end_together_do_not_overlap():
    series = {"RNN": [2, 1.0], "GRU": [2, 1.01], "LSTM": [2, 1.02]}
    ax = plot.lines(series, xlabel="epoch", ylabel="loss").axes[0]
    ends = [ax.transData.transform(text.xy)[1] * 0.72 for text in ax.texts]
    places = [end + text.xyann[1] for end, text in zip(ends, ax.texts, strict=True)]
    assert min(np.diff(places)) > 12
    assert [text.get_text() for text in ax.texts] == ["RNN", "GRU", "LSTM"]


def test_learning_curves_read_histories_and_dicts_and_runs_that_stopped_early():
    runs = [
        SimpleNamespace(train=[3, 2, 1], valid=[4, 3, 2]),
        {"train": [3, 2], "valid": [4, 5]},
    ]
    ax = plot.learning_curves({"LSTM": runs}).axes[0]
    train, valid = ax.lines
    assert list(train.get_ydata()) == [3, 2, 1]
    assert list(valid.get_ydata()) == [4, 4, 2]


def test_a_heat_map_is_one_sided_for_gates_and_symmetric_for_gradients():
    names = {"rows": ["a"], "cols": ["b", "c"]}
    gate = plot.heatmap([[0.2, 0.9]], **names).axes[0].images[0]
    slope = plot.heatmap([[-0.5, 2.0]], **names).axes[0].images[0]
    assert gate.get_clim() == (0, 1)
    assert slope.get_clim() == (-2, 2)
    assert slope.cmap(0.5)[3] < 0.01  # zero is the page


def test_a_heat_map_is_stored_as_its_cells_not_as_many_paths():
    gates = np.linspace(0, 1, 320).reshape(16, 20)
    fig = plot.heatmap(gates, rows=["u"] * 16, cols=["w"] * 20)
    assert len(plot.to_svg(fig)) < 8000


def test_the_drawing_is_the_same_whatever_was_drawn_before():
    first = plot.to_svg(curve())
    plot.to_svg(plot.heatmap([[0.5]], rows=["a"], cols=["b"]))
    assert plot.to_svg(curve()) == first


def test_plot_without_matplotlib_says_how_to_get_it():
    code = "import sys; sys.modules['matplotlib'] = None; import rnnlm_lib.plot"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (
        done.stderr.strip().splitlines()[-1].endswith("pip install 'rnnlm_lib[book]'")
    )


def test_a_picture_tells_a_terminal_what_it_shows():
    assert repr(Picture("<svg/>", alt="loss falls")) == "Picture: loss falls"
