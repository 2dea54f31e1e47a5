"""Terms of the glossary as targets: glossary.html#perplexity, and "See *term*." links.

A term with a remark in brackets, "Chain rule (of probability)", is found without it.
"""

import re

from docutils import nodes
from sphinx.transforms import SphinxTransform

REMARK = re.compile(r"\s*\([^)]*\)")


def anchor(term: str) -> str:
    """Return the anchor of a term."""
    return nodes.make_id(REMARK.sub("", term))


class LinkTerms(SphinxTransform):
    """Give each term its anchor, and make "See *term*." a link."""

    default_priority = 415

    def apply(self, **kwargs):
        """Find the terms of the glossary."""
        if self.env.docname != "glossary":
            return
        for term in self.document.findall(nodes.term):
            term["ids"].append(anchor(term.astext()))
        for word in list(self.document.findall(nodes.emphasis)):
            before = word.parent.astext().partition(word.astext())[0]
            if before.strip().lower().endswith("see"):
                link = nodes.reference("", "", refid=anchor(word.astext()))
                link.append(word.deepcopy())
                word.replace_self(link)


def setup(app):
    """Register with Sphinx."""
    app.add_transform(LinkTerms)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
