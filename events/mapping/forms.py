"""The forms of an inlet's mapping: its rows, and a sample to try them on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from django import forms
from django.utils.translation import gettext_lazy as _

from events.ingest.refusals import Refused
from events.mapping.rules import MOST_ROWS, Row, RowProblem, rule_of
from events.mapping.trying import Sample, addresses, sample_of, shown_address
from events.models import ReceivedEvent
from journeyorch.telling import told

FUNCTIONS = [
    ("", _("as it is")),
    ("constant", _("constant")),
    ("default", _("default")),
    ("trim", _("trim")),
    ("lower", _("lower case")),
    ("number", _("to number")),
    ("dateTime", _("to date and time")),
    ("concat", _("join texts")),
]
MESSAGES = [("", _("both")), ("event", _("events")), ("record", _("records"))]
_PATH = {"spellcheck": "false", "autocomplete": "off", "autocapitalize": "off", "class": "code"}


class RowForm(forms.Form):
    """One row; an empty one is none."""

    source = forms.CharField(
        label=_("Source"),
        required=False,
        max_length=1000,
        widget=forms.TextInput({**_PATH, "list": "sources"}),
    )
    function = forms.ChoiceField(label=_("Function"), required=False, choices=FUNCTIONS)
    argument = forms.CharField(
        label=_("Argument"), required=False, max_length=1000, strip=False, widget=forms.TextInput(_PATH)
    )
    target = forms.CharField(
        label=_("XDM field"),
        required=False,
        max_length=400,
        widget=forms.TextInput({**_PATH, "list": "targets"}),
    )
    only_for = forms.ChoiceField(label=_("For"), required=False, choices=MESSAGES)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not self.errors and not self.is_empty:
            try:
                rule_of(self.row)
            except RowProblem as problem:
                self.add_error(problem.place, told(problem))
        return data

    @property
    def is_empty(self) -> bool:
        """Whether nothing is written in it."""
        return not any(self.cleaned_data.get(name) for name in ("source", "argument", "target"))

    @property
    def row(self) -> Row:
        """For a valid form."""
        return Row(**self.cleaned_data)


class RowsFormSet(forms.BaseFormSet):
    """All rows of a mapping, in order."""

    @property
    def rows(self) -> list[Row]:
        """For a valid formset."""
        return [form.row for form in self.written]

    @property
    def written(self) -> list[RowForm]:
        """The forms of those rows."""
        return [form for form in self.forms if form.has_changed() and not form.is_empty]


_RowsFormSet = forms.formset_factory(
    RowForm, formset=RowsFormSet, extra=3, max_num=MOST_ROWS, validate_max=True, absolute_max=MOST_ROWS + 50
)


class Move(NamedTuple):
    """A row that is to change places with its neighbour; by their numbers."""

    row: int
    to: int


def move_in(data: Any) -> Move | None:
    """What a button of a row, whose value is the row's number, asks for."""
    for button, by in (("_up", -1), ("_down", 1)):
        row = _number(data.get(button))
        if row is not None and 0 <= row + by < (_number(data.get("rows-TOTAL_FORMS")) or 0):
            return Move(row, row + by)
    return None


def rows_form(data: Any, rows: Iterable[dict[str, Any]], *, more: int = 0) -> Any:
    """The formset of a mapping's rows, with ``more`` empty ones added to those that were sent."""
    if data is None:
        return _RowsFormSet(initial=list(rows), prefix="rows")
    data = data.copy()
    if move := move_in(data):
        for name in RowForm.base_fields:
            one, other = (f"rows-{row}-{name}" for row in move)
            data[one], data[other] = data.get(other, ""), data.get(one, "")
    count = _number(data.get("rows-TOTAL_FORMS"))
    if count is not None:
        data["rows-TOTAL_FORMS"] = str(min(count + more, MOST_ROWS))
    # What was there when the page was made is of no interest: the rows that are sent replace all.
    data["rows-INITIAL_FORMS"] = "0"
    return _RowsFormSet(data, prefix="rows")


def _number(text: Any) -> int | None:
    """A number of rows, or of one; None for what somebody made up."""
    text = str(text)
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 5 else None


class SampleForm(forms.Form):
    """What to try the rows on: a body pasted, or something that came in."""

    received = forms.ChoiceField(label=_("Sample"), required=False)
    address = forms.ChoiceField(label=_("Sent to"), required=False)
    body = forms.CharField(
        label=_("Body"),
        required=False,
        max_length=200_000,
        widget=forms.Textarea({"rows": 8, "spellcheck": "false", "class": "code"}),
        help_text=_("What the sender writes, as JSON; of several messages the first is taken."),
    )

    def __init__(self, data: Any, *, recent: Sequence[ReceivedEvent]) -> None:
        super().__init__(data, initial=None if data else _initial(recent))
        self._recent = {str(event.pk): event for event in recent}
        received = [
            (pk, _("Received %(time)s UTC") % {"time": f"{event.received_at:%Y-%m-%d %H:%M:%S}"})
            for pk, event in self._recent.items()
        ]
        self.fields["received"].choices = [("", _("Pasted below")), *received]  # type: ignore[attr-defined]
        self.fields["address"].choices = [  # type: ignore[attr-defined]
            (protocol, [(pattern, f"/{shown_address(pattern)}") for pattern in patterns])
            for protocol, patterns in addresses().items()
        ]
        self.initial.setdefault("address", "events/json/<str:inlet>")

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        data["sample"] = None
        if event := self._recent.get(data.get("received", "")):
            data["sample"] = Sample(event.protocol, event.body)
        elif data.get("body") and data.get("address"):
            try:
                data["sample"] = sample_of(data["address"], data["body"].encode("utf-8", "surrogatepass"))
            except Refused as refusal:
                self.add_error("body", refusal.detail)
        return data

    @property
    def sample(self) -> Sample | None:
        """For a form that was validated; None if there is none."""
        return self.cleaned_data.get("sample")

    @property
    def protocol(self) -> str:
        """The chosen one."""
        if event := self._recent.get(str(self["received"].value() or "")):
            return event.protocol
        chosen = self["address"].value()
        return next((name for name, patterns in addresses().items() if chosen in patterns), "json")


def _initial(recent: Sequence[ReceivedEvent]) -> dict[str, Any]:
    return {"received": str(recent[0].pk)} if recent else {}
