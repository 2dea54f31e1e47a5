"""HTML elements of our own in a document."""

from docutils import nodes


class block(nodes.General, nodes.Element):
    """An HTML element: `tag`, `classes` and `attributes_html`."""


def visit_block(translator, node):
    """Open the element."""
    attributes = node.get("html", {})
    translator.body.append(translator.starttag(node, node["tag"], **attributes))


def depart_block(translator, node):
    """Close the element."""
    translator.body.append(f"</{node['tag']}>\n")


def div(*children, classes=(), tag="div", **html):
    """Return an HTML element with these children."""
    return block("", *children, tag=tag, classes=list(classes), html=html)


def setup(app):
    """Register with Sphinx."""
    app.add_node(block, html=(visit_block, depart_block))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
