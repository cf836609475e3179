"""XML as editors write and read it: safe text out, no entities in."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from apex_director.core.errors import InputUnusable


def put(parent: ET.Element, tag: str, text: object = None, /, **attributes: str) -> ET.Element:
    """Append an element with text and attributes."""
    element = ET.SubElement(parent, tag, {k: clean(v) for k, v in attributes.items()})
    if text is not None:
        element.text = clean(str(text))
    return element


def clean(text: str) -> str:
    """Text without the control characters that XML 1.0 forbids."""
    return "".join(c for c in text if c in "\t\n\r" or c >= " ").replace("\ufffe", "")


def document(root: ET.Element, doctype: str) -> str:
    """The whole file, indented."""
    ET.indent(root)
    body = ET.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE {doctype}>\n{body}\n'


def parsed(text: str, where: str) -> ET.Element:
    """The root of a document from outside.

    Raises
    ------
    InputUnusable
        It is no XML, or declares entities, which no edit needs and which can blow up a reader.
    """
    if "<!ENTITY" in text:
        raise InputUnusable(
            "the XML declares entities, which no edit needs",
            where=where,
            what_to_do="Export the timeline again from the editor.",
        )
    try:
        return ET.fromstring(text.encode("utf-8"))
    except (ET.ParseError, ValueError, UnicodeEncodeError) as error:
        raise InputUnusable(
            f"the file is no XML ({error})",
            where=where,
            what_to_do="Export the timeline again from the editor.",
        ) from error
