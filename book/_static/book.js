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

// What scrolls sideways can be reached with the keyboard, and fades where it goes on.
// On a phone, a table that is too wide becomes a list of cards.
(function () {
  const label = (element) => (element.tagName === "PRE" ? "code" : "formula");
  const marked = ".math-scroll, span.maths.wide, .bd-article pre";
  const scrolls = `${marked}, .pst-scrollable-table-container, .rnnlm-fig > div,
    .rnnlm-explore > div:first-child, .cell_output .text_html`;
  const fade = (box) => {
    const rest = box.scrollWidth - box.clientWidth - box.scrollLeft;
    box.classList.toggle("more", rest > 3);
  };
  const stack = (table) => {
    const heads = [...table.querySelectorAll("thead tr > *")].map((h) => h.textContent.trim());
    table.setAttribute("role", "table");
    for (const row of table.querySelectorAll("tbody > tr")) {
      row.setAttribute("role", "row");
      [...row.children].forEach((cell, n) => {
        cell.dataset.label = heads[n];
        cell.setAttribute("role", n ? "cell" : "rowheader");
      });
    }
  };
  // Measured first and changed then, so that the browser lays out the page once.
  const mark = () => {
    document.querySelectorAll(".more").forEach((box) => box.classList.remove("more"));
    for (const table of document.querySelectorAll(".bd-article table.table:has(thead)")) {
      table.classList.remove("stacked");
      const wide = table.offsetWidth > table.parentElement.clientWidth + 1;
      const seen = table.getBoundingClientRect().top < innerHeight; // stays as it is
      if (wide && !seen && innerWidth <= 640) {
        stack(table);
        table.classList.add("stacked");
      }
    }
    const formulas = [...document.querySelectorAll("span.maths")];
    const isWide = formulas.map(
      (f) => f.firstElementChild.scrollWidth > f.parentElement.clientWidth
    );
    formulas.forEach((f, i) => f.classList.toggle("wide", isWide[i]));
    const boxes = [...document.querySelectorAll(`${marked}, [aria-label$='sideways']`)];
    const over = boxes.map((box) => box.scrollWidth > box.clientWidth);
    boxes.forEach((box, i) => {
      if (over[i]) {
        box.tabIndex = 0;
        box.setAttribute("role", "group");
        box.setAttribute("aria-label", `wide ${label(box)}, scrolls sideways`);
      } else if (box.hasAttribute("aria-label")) {
        box.removeAttribute("tabindex");
        box.removeAttribute("role");
        box.removeAttribute("aria-label");
      }
    });
    document.querySelectorAll(scrolls).forEach(fade);
  };
  addEventListener("load", mark);
  addEventListener("resize", mark);
  const moved = (event) => event.target.matches?.(scrolls) && fade(event.target);
  document.addEventListener("scroll", moved, { capture: true, passive: true });
})();
