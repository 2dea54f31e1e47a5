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
  const mark = () => {
    for (const formula of document.querySelectorAll("span.maths")) {
      const room = formula.parentElement.clientWidth;
      formula.classList.toggle("wide", formula.firstElementChild.scrollWidth > room);
    }
    const boxes = ".math-scroll, span.maths.wide, .bd-article pre";
    for (const box of document.querySelectorAll(boxes)) {
      if (box.scrollWidth > box.clientWidth) {
        box.tabIndex = 0;
        box.setAttribute("role", "group");
        box.setAttribute("aria-label", `wide ${label(box)}, scrolls sideways`);
      } else if (box.hasAttribute("aria-label")) {
        box.removeAttribute("tabindex");
        box.removeAttribute("role");
        box.removeAttribute("aria-label");
      }
    }
  };
  addEventListener("load", mark);
  addEventListener("resize", mark);
})();
