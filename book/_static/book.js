// The folder read without a server: a page may not fetch others for search excerpts.
if (location.protocol === "file:" && typeof DOCUMENTATION_OPTIONS !== "undefined") {
  DOCUMENTATION_OPTIONS.SHOW_SEARCH_SUMMARY = false;
}

// Paper is light.
(function () {
  const data = document.documentElement.dataset;
  let theme;
  addEventListener("beforeprint", () => {
    theme = data.theme;
    data.theme = "light";
  });
  addEventListener("afterprint", () => {
    data.theme = theme;
  });
})();

// A formula or a piece of code that scrolls sideways can be reached with the keyboard.
(function () {
  const label = (element) => (element.tagName === "PRE" ? "code" : "formula");
  // All is measured first and changed then, so that the browser lays out the page once.
  const mark = () => {
    const formulas = [...document.querySelectorAll("span.maths")];
    const isWide = formulas.map(
      (f) => f.firstElementChild.scrollWidth > f.parentElement.clientWidth
    );
    formulas.forEach((f, i) => f.classList.toggle("wide", isWide[i]));
    const boxes = [
      ...document.querySelectorAll(
        ".math-scroll, span.maths.wide, .bd-article pre, [aria-label$='sideways']"
      ),
    ];
    const scrolls = boxes.map((box) => box.scrollWidth > box.clientWidth);
    boxes.forEach((box, i) => {
      if (scrolls[i]) {
        box.tabIndex = 0;
        box.setAttribute("role", "group");
        box.setAttribute("aria-label", `wide ${label(box)}, scrolls sideways`);
      } else if (box.hasAttribute("aria-label")) {
        box.removeAttribute("tabindex");
        box.removeAttribute("role");
        box.removeAttribute("aria-label");
      }
    });
  };
  addEventListener("load", mark);
  addEventListener("resize", mark);
})();
