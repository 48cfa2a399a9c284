"""A stanza file as a RELAX NG schema, for lxml and every other validator.

The schema judges a stanza's XML form (`ringback.stanza.xml`). Children may come in any order, each as often
as its occurrence says. An open schema, the default, finds a stanza invalid where it contradicts the file; a
closed one also where it goes beyond it: undocumented attributes, children, content and enum values. So an
open schema agrees with the stance `contradicts` of `ringback.check`, a closed one with `extends` too.

Source: RELAX NG Specification, OASIS 2001-12-03; annotations after RELAX NG DTD Compatibility, 2001-12-03.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from lxml import etree
from lxml.builder import ElementMaker

from ringback.errors import SpecError
from ringback.spec.model import AttributeFact, ChildFact, StanzaSpec, Vantage
from ringback.spec.types import ENUM_PREFIX, Enums, Form, form_of, range_of
from ringback.stanza.escape import escape_name
from ringback.stanza.xml import NAMESPACE

RELAXNG = "http://relaxng.org/ns/structure/1.0"
"""Namespace of a schema's elements. Source: RELAX NG Specification, 3."""
ANNOTATIONS = "http://relaxng.org/ns/compatibility/annotations/1.0"
"""Namespace of its documentation. Source: RELAX NG DTD Compatibility, 2."""
DATATYPES = "http://www.w3.org/2001/XMLSchema-datatypes"
"""Library of its datatypes. Source: Guidelines for using W3C XML Schema Datatypes with RELAX NG, 1."""

MAX_OPTIONAL = 12
"""Most optional attributes of one tag that a compiled schema takes. libxml2 follows every subset of those
that a stanza carries, and so takes up to four times as long for each further one: 20 ms for twelve, 1.5 s for
fifteen."""

_RNG = ElementMaker(namespace=RELAXNG, nsmap={None: RELAXNG, "a": ANNOTATIONS})
_DOC = ElementMaker(namespace=ANNOTATIONS, nsmap={"a": ANNOTATIONS})

_REQUIRED = {
    Vantage.LITERAL: "Attributes are required as the file says",
    Vantage.SENT: "Attributes are required as the file says, save `from`: a sender's own copy has none",
    Vantage.DELIVERED: "Attributes are required as the file says, save `to`: a delivered copy has none",
}
_WRAPPERS = {"1": None, "0..1": "optional", "0..n": "zeroOrMore", "1..n": "oneOrMore"}
"""Occurrence to the pattern that repeats a child; None is the child itself."""


def to_relaxng(
    spec: StanzaSpec,
    *,
    enums: Enums | None = None,
    vantage: Vantage = Vantage.LITERAL,
    closed: bool = False,
) -> etree._Element:
    """The schema's `<grammar>`, the same bytes for the same arguments.

    Every attribute and child carries its confidence and techniques as documentation. An enum that is not
    among `enums` admits any value, and its documentation says so.
    """
    return _Writer(enums or {}, vantage, closed=closed).grammar(spec)


def schema(
    spec: StanzaSpec,
    *,
    enums: Enums | None = None,
    vantage: Vantage = Vantage.LITERAL,
    closed: bool = False,
) -> etree.RelaxNG:
    """The schema as libxml2 compiles it, to call with what `ringback.stanza.to_element` gives.

    Raises:
        SpecError: one tag has more than `MAX_OPTIONAL` optional attributes. `to_relaxng` writes the schema
            nevertheless: other validators have no trouble with it.
    """
    _refuse_what_takes_too_long(spec, vantage)
    return etree.RelaxNG(to_relaxng(spec, enums=enums, vantage=vantage, closed=closed))


def render_relaxng(
    spec: StanzaSpec,
    *,
    enums: Enums | None = None,
    vantage: Vantage = Vantage.LITERAL,
    closed: bool = False,
) -> str:
    """The schema as an XML document in ASCII, indented by two blanks a level, with a declaration."""
    grammar = to_relaxng(spec, enums=enums, vantage=vantage, closed=closed)
    etree.indent(grammar)
    return etree.tostring(grammar, encoding="ascii", xml_declaration=True).decode("ascii") + "\n"


class _Writer:
    """Patterns for one reading of a file."""

    def __init__(self, enums: Enums, vantage: Vantage, *, closed: bool) -> None:
        self._enums = enums
        self._vantage = vantage
        self._closed = closed
        self._types: dict[str, Form] = {}
        """Forms that an attribute refers to, by the name of their define."""

    def grammar(self, spec: StanzaSpec) -> etree._Element:
        root = self._element(spec.tag, spec.attributes, spec.children)
        defines = [_type(name, self._types[name]) for name in sorted(self._types)]
        defines.append(_marks() if self._closed else _anything())
        heading = _document(f"{spec.display_name} ({spec.id}, wacrg {spec.spec_version}). {self._reading()}")
        return _RNG.grammar(heading, _RNG.start(root), *defines, datatypeLibrary=DATATYPES, ns="")

    def _reading(self) -> str:
        return (
            f"{_REQUIRED[self._vantage]}. What is undocumented is {'invalid' if self._closed else 'allowed'}."
        )

    def _element(
        self, tag: str, attributes: tuple[AttributeFact, ...], children: tuple[ChildFact, ...]
    ) -> etree._Element:
        element = _RNG.element(name=escape_name(tag))
        element.extend(self._attribute(fact) for fact in attributes)
        content = [self._child(fact) for fact in children]
        if self._closed:
            element.append(_RNG.ref(name="marks"))
        else:
            element.append(_other_attributes(fact.name for fact in attributes))
            content += [_other_children(fact.tag for fact in children), _RNG.text()]
        if content:
            element.append(_RNG.interleave(*content) if len(content) > 1 else content[0])
        return element

    def _child(self, fact: ChildFact) -> etree._Element:
        element = self._element(fact.tag, fact.attributes, fact.children)
        element.insert(0, _about(fact, f"Occurs {fact.occurrence}"))
        wrapper = _WRAPPERS[fact.occurrence]
        return element if wrapper is None else _RNG(wrapper, element)

    def _attribute(self, fact: AttributeFact) -> etree._Element:
        kind = f"{'Required' if fact.required else 'Optional'} {fact.type}"
        attribute = _RNG.attribute(_about(fact, kind), self._value(fact), name=escape_name(fact.name))
        return attribute if fact.required_for(self._vantage) else _RNG.optional(attribute)

    def _value(self, fact: AttributeFact) -> etree._Element:
        name = f"type.{fact.type.replace(':', '.')}"
        form = form_of(fact.type, self._enums)
        bound = range_of(fact.name, fact.type)
        if bound is not None:
            name, form = f"{name}.{fact.name}", bound
        elif fact.type.startswith(ENUM_PREFIX) and not self._closed:
            form = Form(f"any text, known so far is {form.words}")
        self._types[name] = form
        return _RNG.ref(name=name)


def _refuse_what_takes_too_long(spec: StanzaSpec, vantage: Vantage) -> None:
    by_tag: dict[str, list[AttributeFact]] = {}
    for fact in spec.facts():
        if isinstance(fact, AttributeFact) and not fact.required_for(vantage):
            by_tag.setdefault(fact.path.rpartition("/@")[0], []).append(fact)
    for tag, optional in by_tag.items():
        if len(optional) > MAX_OPTIONAL:
            reason = f"{tag} has {len(optional)} optional attributes: libxml2 takes at most {MAX_OPTIONAL}"
            raise SpecError(Path(spec.file), optional[MAX_OPTIONAL].line, reason)


def _about(fact: AttributeFact | ChildFact, kind: str) -> etree._Element:
    techniques = ", ".join(fact.provenance.techniques)
    known_by = f"{fact.confidence} ({techniques})" if techniques else fact.confidence
    return _document(f"{kind}; {known_by}. {fact.description}")


def _document(text: str) -> etree._Element:
    return _DOC.documentation(" ".join(text.split()))


def _type(name: str, form: Form) -> etree._Element:
    """The define of a lexical form."""
    return _RNG.define(_document(f"Expected {form.words}."), _admitted(form), name=name)


def _admitted(form: Form) -> etree._Element:
    if form.values is not None:
        return _RNG.choice(*(_RNG.value(value, type="string") for value in form.values))
    if form.pattern is None:
        return _RNG.text()
    data = _pattern(form.pattern)
    if form.never:
        data.append(_RNG("except", *(_pattern(pattern) for pattern in form.never)))
    return data


def _pattern(pattern: str) -> etree._Element:
    return _RNG.data(_RNG.param(pattern, name="pattern"), type="string")


def _other_attributes(known: Iterable[str]) -> etree._Element:
    """Attributes that the file does not know, and the marks save the one that repeats a known attribute."""
    names = []
    for name in map(escape_name, known):
        names += [_RNG.name(name), _RNG.name(f"{name}.2", ns=NAMESPACE)]
    return _RNG.zeroOrMore(_RNG.attribute(_any_but(names), _RNG.text()))


def _other_children(known: Iterable[str]) -> etree._Element:
    names = [_RNG.name(escape_name(tag)) for tag in known]
    return _RNG.zeroOrMore(_RNG.element(_any_but(names), _RNG.ref(name="anything")))


def _any_but(names: list[etree._Element]) -> etree._Element:
    return _RNG.anyName(_RNG("except", *names)) if names else _RNG.anyName()


def _marks() -> etree._Element:
    """The marks that only tell how a documented thing is spelled."""
    about = _document(
        "Marks of the XML form: which values are text or addresses, and an empty list of children."
    )
    marks = [
        _RNG.optional(_RNG.attribute(pattern, name=name, ns=NAMESPACE))
        for name, pattern in (
            ("text", _RNG.text()),
            ("jid", _RNG.text()),
            ("content", _RNG.value("list", type="string")),
        )
    ]
    return _RNG.define(about, *marks, name="marks")


def _anything() -> etree._Element:
    about = _document("Attributes, text and children of an undocumented element.")
    choices = (
        _RNG.attribute(_RNG.anyName(), _RNG.text()),
        _RNG.element(_RNG.anyName(), _RNG.ref(name="anything")),
        _RNG.text(),
    )
    return _RNG.define(about, _RNG.zeroOrMore(_RNG.choice(*choices)), name="anything")
