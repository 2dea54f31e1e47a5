"""Figures to play with: sliders, live in a notebook and working in a static page."""

import json
import re
from collections import defaultdict
from html import escape
from importlib.util import find_spec
from itertools import chain, pairwise, product
from numbers import Integral, Real
from string import Formatter

from rnnlm_lib.picture import Picture, describe, figure_html, prose, require_alt, seal

MOST_FRAMES = 60
LONG = 16  # characters of a value that no longer stands beside its slider
GRID = (
    "display:grid;grid-template-columns:auto minmax(8em,1fr) minmax(3em,auto);"
    "gap:.25em .75em;align-items:center;max-width:36em;margin-top:.5em"
)
# The script finds figures by class: a notebook may run it away from where it stands.
SCRIPT = """<script>
for (const figure of document.querySelectorAll(".rnnlm-explore:not([data-ready])")) {
  figure.dataset.ready = "";
  const data = JSON.parse(figure.querySelector(":scope > script").textContent);
  const frame = figure.firstElementChild;
  const sliders = [...figure.querySelectorAll(":scope > div > label > input")];
  const show = n => frame.innerHTML = data.frames[n].map(k => data.parts[k]).join("");
  const draw = () => show(sliders.reduce((n, slider, k) => {
    const text = data.texts[k][slider.value];
    slider.setAttribute("aria-valuetext", text);
    slider.parentElement.nextElementSibling.textContent = text;
    return n * data.texts[k].length + Number(slider.value);
  }, 0));
  const reserve = () => {
    frame.style.minHeight = "";
    const heights = data.frames.map((_, n) => (show(n), frame.offsetHeight));
    frame.style.minHeight = Math.max(...heights) + "px";
    draw();
  };
  for (const slider of sliders) slider.addEventListener("input", draw);
  if (data.uneven) addEventListener("resize", reserve);
  data.uneven ? reserve() : draw();
}
</script>"""


def explore(fn, *, alt="", caption=None, label=None, start=0, **parameters):
    """Show how a figure changes with one or two parameters, a slider for each.

    With a kernel, a slider calls `fn` again; a static page shows frames drawn here.

    Parameters
    ----------
    fn : callable
        Takes the value of each parameter, in order; returns a Matplotlib figure, a
        `Picture`, or a string of SVG or HTML.
    alt : str
        What is shown. `{name}` stands for the value of that parameter and is added at
        the end where it is missing. A `Picture` keeps its own.
    caption : str, optional
        Sentence below the figure.
    label : str or sequence of str, optional
        What the sliders are called; the parameters' names if left out.
    start : int or sequence of int
        Index of the value that is shown first.
    **parameters : sequence
        `name=values`, one or two of them; at most 60 frames together.

    Returns
    -------
    Explorer

    Raises
    ------
    ValueError
        If `alt` is empty or speaks of another parameter, if there are not one or two
        parameters, if there are too many frames, or if `start` is none of them.
    """
    if len(parameters) not in (1, 2):
        raise ValueError(
            f"explore takes 1 or 2 parameters as name=values, got {len(parameters)}"
        )
    labels = [name.replace("_", " ") for name in parameters] if label is None else label
    labels = [labels] if isinstance(labels, str) else labels
    starts = [start] * len(parameters) if isinstance(start, Integral) else start
    settings = zip(labels, parameters.values(), starts, strict=True)
    sliders = {
        name: Slider(*setting)
        for name, setting in zip(parameters, settings, strict=True)
    }
    return Explorer(fn, sliders, alt=_template(alt, sliders), caption=caption)


class Slider:
    """The values of one parameter, as a reader meets them."""

    def __init__(self, label, values, start):
        self.label, self.values, self.start = label, list(values), start
        self.texts = [_text(value) for value in self.values]
        if start not in range(len(self.values)):
            raise ValueError(
                f"start={start}, but {label!r} has {len(self.values)} values: "
                "give the index of one of them"
            )

    def html(self):
        """The slider of the static page, between its name and its value."""
        text = escape(self.texts[self.start])
        below = ' style="grid-column:2/-1"' if max(map(len, self.texts)) > LONG else ""
        return (
            f'<label style="display:contents"><span>{prose(self.label)}</span>'
            f'<input type="range" max="{len(self.values) - 1}" value="{self.start}" '
            f'aria-valuetext="{text}"></label>'
            f'<output aria-hidden="true"{below}>{text}</output>'
        )

    def widget(self):
        """The slider of a live notebook."""
        import ipywidgets

        return ipywidgets.SelectionSlider(
            description=self.label,
            options=[(text, n) for n, text in enumerate(self.texts)],
            value=self.start,
            style={"description_width": "initial"},
            layout={"width": "36em", "max_width": "100%"},
        )


class Explorer:
    """A figure with sliders: a widget where there is a kernel, HTML everywhere else."""

    def __init__(self, fn, sliders, *, alt, caption=None):
        self.fn, self.sliders, self.alt, self.caption = fn, sliders, alt, caption
        places = list(product(*(range(len(s.values)) for s in sliders.values())))
        if len(places) > MOST_FRAMES:
            raise ValueError(
                f"{len(places)} frames, but a page carries at most {MOST_FRAMES}: "
                "give fewer values"
            )
        self.frames = seal([self.frame(*place) for place in places])
        self.first = places.index(tuple(s.start for s in sliders.values()))

    def frame(self, *place):
        """Draw the figure for the values at these indices, as SVG or HTML."""
        chosen = list(zip(self.sliders.items(), place, strict=True))
        texts = {name: slider.texts[n] for (name, slider), n in chosen}
        result = self.fn(*(slider.values[n] for (_, slider), n in chosen))
        return _markup(result, self.alt.format(**texts))

    def widget(self):
        """The live figure: moving a slider calls the function again."""
        import ipywidgets

        sliders = [slider.widget() for slider in self.sliders.values()]
        view = ipywidgets.HTML(self._figure(self.frames[self.first]))

        def redraw(_):
            (frame,) = seal([self.frame(*(slider.value for slider in sliders))])
            view.value = self._figure(frame)

        for slider in sliders:
            slider.observe(redraw, "value")
        return ipywidgets.VBox([view, *sliders])

    def _figure(self, frame, controls=""):
        return figure_html("rnnlm-explore", frame, self.caption, controls=controls)

    def _repr_html_(self):
        data = {"texts": [slider.texts for slider in self.sliders.values()]}
        data |= _pack(self.frames)
        data = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
        data = data.replace("</", r"<\/").replace("<!--", r"<\u0021--")
        sliders = "".join(slider.html() for slider in self.sliders.values())
        script = f'<script type="application/json">{data}</script>{SCRIPT}'
        controls = f'<div style="{GRID}">{sliders}</div>{script}'
        return self._figure(self.frames[self.first], controls)

    def _repr_mimebundle_(self, include=None, exclude=None):
        plain = f"Explorer: {self.alt}"
        bundle = {"text/plain": plain, "text/html": self._repr_html_()}
        if find_spec("ipywidgets"):  # the HTML can be played with all the same
            view = {"version_major": 2, "version_minor": 0}
            view["model_id"] = self.widget().model_id
            bundle["application/vnd.jupyter.widget-view+json"] = view
        return bundle


def _text(value):
    rounded = isinstance(value, Real) and not isinstance(value, Integral)
    return f"{value:.6g}" if rounded else str(value)


def _template(alt, sliders):
    """Alt text in which every parameter has its place."""
    fields = [field for _, field, *_ in Formatter().parse(require_alt(alt))]
    for field in fields:
        if field is not None and field not in sliders:
            raise ValueError(
                f"alt speaks of {{{field}}}, but explore has {', '.join(sliders)}: "
                "name one of these"
            )
    missing = [name for name in sliders if name not in fields]
    return alt + "".join(f", {sliders[name].label} {{{name}}}" for name in missing)


def _markup(result, alt):
    """HTML of what the function returned, with its alt text."""
    if hasattr(result, "savefig"):
        from rnnlm_lib.style import to_svg

        result = to_svg(result)
    if not isinstance(result, str | Picture):
        raise ValueError(
            f"the function returned {type(result).__name__}, not a figure: return a "
            "Matplotlib figure, a Picture, or a string of SVG or HTML"
        )
    html = str(result)
    if html.startswith("<svg role="):  # a Picture's own alt text knows more
        return html
    if html.startswith("<svg"):
        return describe(html, alt)
    return f'<div role="group" aria-label="{escape(alt)}">{html}</div>'


def _pack(frames):
    """Frames as lists of numbered parts: what frames share is stored once."""
    split = [re.split("(?=<[^/])", frame) for frame in frames]
    after, before = defaultdict(set), defaultdict(set)
    for a, b in chain.from_iterable(map(pairwise, split)):
        after[a].add(b)
        before[b].add(a)
    numbers = {}
    packed = []
    for parts in split:
        merged = parts[:1]
        for a, b in pairwise(parts):
            inseparable = len(after[a]) == len(before[b]) == 1
            merged[-1:] = [merged[-1] + b] if inseparable else [merged[-1], b]
        packed.append([numbers.setdefault(part, len(numbers)) for part in merged])
    roots = [re.match("<svg[^>]*>|", frame)[0] for frame in frames]
    sizes = {tuple(re.findall(r' (?:width|height)="\d+"', root)) for root in roots}
    uneven = len(sizes) > 1 or () in sizes
    return {"parts": list(numbers), "frames": packed, "uneven": uneven}
