"""Template tags of the shared components; docs/frontend.md shows each in use."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from datetime import date, datetime
from functools import cache
from typing import Any

from django import template
from django.forms import BoundField
from django.http import QueryDict
from django.template.defaultfilters import stringfilter
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from clm.lib import clock
from clm.notify.acts import acts_of
from clm.pages import formats, traces
from clm.pages.fields import prepared
from clm.pages.help import HelpPage, page_beside
from clm.pages.states import LIGHT_WORDS, Look, look_of

register = template.Library()
_ids = itertools.count(1)
NONE = format_html('<span class="text-quiet">{}</span>', "–")


@register.simple_tag
@cache
def icon(name: str, css: str = "") -> SafeString:
    """An icon from the sprite. It is decoration: the word beside it, or the control's label, carries the meaning."""
    return format_html(
        '<svg class="icon {}" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>',
        css,
        static("icons.svg"),
        name,
    )


@register.simple_tag
def state(value: Any, domain: str = "", label: Any = "") -> SafeString:
    """A state as word, colour and icon. `label` wins, else the value's own (TextChoices), else the table's word."""
    look = _look(value, domain)
    word = label or getattr(value, "label", "") or look.word
    return format_html('<span class="state state-{}">{}{}</span>', look.tone, icon(look.icon), word)


def state_word(value: Any, domain: str = "") -> str:
    """The value's own word (TextChoices), else the table's."""
    return str(getattr(value, "label", "") or _look(value, domain).word)


def _look(value: Any, domain: str) -> Look:
    return look_of(str(getattr(value, "value", value) or ""), domain)


@register.simple_tag
def light(value: Any, label: Any = "", size: str = "") -> SafeString:
    """A traffic light with its word and a shape of its own."""
    name = str(getattr(value, "value", value) or "grey")
    word, sized = label or LIGHT_WORDS.get(name, LIGHT_WORDS["grey"]), f" light-{size}" if size else ""
    return format_html('<span class="light light-{}{}">{}</span>', name, sized, word)


@register.simple_tag(takes_context=True)
def list_rows(context: Any) -> SafeString:
    """The rows of `lines`, with a box each where there are `bulk` actions."""
    has_ticks = bool(context.get("bulk"))
    rows = (
        line.drawn(context, _ticked(line.row, number) if has_ticks else "")
        for number, line in enumerate(context["lines"], start=1)
    )
    return SafeString("".join(rows))


def _ticked(row: Any, number: int) -> SafeString:
    """The box that chooses a row, by its key or else its number on the page."""
    key = (row.get("pk") if isinstance(row, dict) else getattr(row, "pk", None)) or number
    return format_html(
        '<td class="list-tick"><input class="form-check-input" type="checkbox" name="ids" value="{}" '
        'x-on:change="recount" aria-label="{}"></td>',
        key,
        gettext("Choose this row"),
    )


@register.inclusion_tag("components/number.html")
def number(value: Any, trace_url: str = "", unit: str = "", label: Any = "") -> dict[str, Any]:
    """A number that opens its trace in the drawer; without scripts the link is the trace's own page.

    A value that is text already (from `money`, `percent`) is shown as it is.
    """
    shown = value if isinstance(value, str) and formats.as_decimal(value) is None else formats.decimal_text(value)
    return {"value": shown, "unit": unit, "trace_url": trace_url, "label": label}


@register.simple_tag
def money(amount: Any, currency: str) -> str:
    return formats.money_text(amount, currency)


@register.simple_tag
def percent(value: Any, places: int = 2) -> str:
    return formats.percent_text(value, places)


@register.simple_tag
def decimal(value: Any, places: int | None = None) -> str:
    return formats.decimal_text(value, places)


@register.simple_tag
def duration(seconds: Any) -> str:
    return formats.duration_text(seconds)


@register.simple_tag
def date_due(day: date | None, zone: str = "", late: bool = False, closes_at: datetime | None = None) -> SafeString:
    """A date a contract states, with "in 12 days" beside it and its own zone on hover. Soon is within 30 days.

    A past date is an ordinary one (a start, an issue) unless `late` says that something is still owed for it. One that
    closes before its midnight is shown with the hour and the zone, and is past from then on."""
    if day is None:
        return NONE
    days = formats.days_until(day, zone)
    hour = formats.hour_within(day, closes_at, zone)
    is_past = days < 0 or (days == 0 and closes_at is not None and closes_at <= clock.now())
    nearness = (" when-past" if late else "") if is_past else " when-soon" if days <= 30 else ""
    return format_html(
        '<span class="when{}"><time datetime="{}"{}>{}</time> <span class="when-near">{}</span></span>',
        nearness,
        f"{day:%Y-%m-%d}",
        format_html(' title="{}"', zone) if zone else "",
        f"{formats.date_text(day)}, {hour} {zone}" if hour else formats.date_text(day),
        gettext("over") if is_past and days == 0 else formats.days_text(days),
    )


@register.simple_tag
def instant(moment: Any, zone: str = "", seconds: bool = False) -> SafeString:
    """An instant in the person's own zone; the contract's zone, else UTC, stands in the hover text."""
    at = formats.as_instant(moment)
    if at is None:
        return NONE
    return format_html(
        '<time class="when" datetime="{}" title="{}">{}</time>',
        timezone.localtime(at).isoformat(),
        formats.instant_text(at, zone or "UTC", seconds=seconds),
        formats.instant_text(at, seconds=seconds),
    )


@register.inclusion_tag("components/page_header.html", takes_context=True)
def page_header(context: Any, title: Any, **kwargs: Any) -> dict[str, Any]:
    """The top of a page: title, `state` (with `domain`), `subtitle`, `crumbs` [(label, url)], `actions` (a template).

    The actions template sees the page's own context. A page that `clm.pages.help` knows links to its help.
    """
    page = {**context.flatten(), "title": title, "state_value": kwargs.pop("state", None), "header": kwargs}
    return {**page, "help": _help_beside(context.get("request"))}


def _help_beside(request: Any) -> HelpPage | None:
    """What helps on the page that is asked for."""
    actor, match = getattr(request, "actor", None), getattr(request, "resolver_match", None)
    return page_beside(actor, match.url_name or "") if actor is not None and match is not None else None


@register.inclusion_tag("components/trace.html")
def trace(
    stored: Mapping[str, Any],
    clause_url: str = "",
    samples_url: str = "",
    entries: Any = (),
    rests_on: Any = None,
) -> dict[str, Any]:
    """How a number came about, from `Trace.as_json()`. `rests_on` names the version that its terms come from."""
    return traces.present(
        stored, clause_url=clause_url, samples_url=samples_url, entries=entries or (), rests_on=rests_on or None
    )


@register.inclusion_tag("components/confirm_button.html")
def confirm_button(url: str, label: Any, effect: Any, **look: Any) -> dict[str, Any]:
    """A form that posts to `url` after asking once, naming the effect.

    `look`: icon, tone ("danger"), heading, primary, and name and value of the button.
    """
    return {"url": url, "label": label, "effect": effect, **look}


@register.inclusion_tag("components/empty.html")
def nothing(
    title: Any, hint: Any = "", icon: str = "inbox", action_url: str = "", action_label: Any = ""
) -> dict[str, Any]:
    """Nothing here yet, and what to do first."""
    return {
        "title": title or gettext("Nothing here yet"),
        "hint": hint,
        "icon": icon or "inbox",
        "action_url": action_url,
        "action_label": action_label,
    }


@register.simple_tag
def inbox_acts(notification: Any) -> Any:
    """What may be done about a notice right from the inbox: (act, address) each."""
    return acts_of(notification)


@register.inclusion_tag("components/notice.html")
def notice(text: Any, tone: str = "") -> dict[str, Any]:
    """A sentence that stays on the page; tone is good, warn, bad or nothing."""
    return {"text": text, "tone": tone}


@register.inclusion_tag("components/figure.html")
def figure(label: Any, value: Any, unit: str = "", trace_url: str = "", note: Any = "") -> dict[str, Any]:
    """A large number with its label, for a card; it opens its trace."""
    return {"label": label, "value": value, "unit": unit, "trace_url": trace_url, "note": note}


@register.inclusion_tag("components/field.html")
def field(bound: BoundField, prefix: Any = "", suffix: Any = "") -> dict[str, Any]:
    """One field: label, control, help and error, tied together for assistive technology."""
    return {"field": prepared(bound), "prefix": prefix, "suffix": suffix}


@register.inclusion_tag("components/chart.html")
def chart(data: Mapping[str, Any], title: Any, size: str = "", table: Any = None) -> dict[str, Any]:
    """A chart with its numbers as a table: the table is what assistive technology and a page without scripts read.

    `table` is (column labels, rows); without it the rows come from the chart's own data.
    """
    return {
        "data": data,
        "title": title,
        "size": size,
        "table": table or _chart_table(data),
        "id": f"chart-data-{next(_ids)}",
    }


def _chart_table(data: Mapping[str, Any]) -> tuple[list[str], list[list[Any]]]:
    kind = data.get("kind")
    if kind == "bars":
        return ["", str(data.get("unit", ""))], [[bar["label"], bar["value"]] for bar in data["bars"]]
    if kind == "intervals":
        return ["", "", ""], [[span.get("label") or span["lane"], span["start"], span["end"]] for span in data["spans"]]
    if kind == "burndown":
        return ["", str(data.get("unit", ""))], [list(point) for point in data["points"]]
    rows = [[series["name"], *point] for series in data.get("series", ()) for point in series["points"]]
    return ["", "", str(data.get("unit", ""))], rows


@register.simple_tag(takes_context=True)
def query(context: Any, **changes: Any) -> str:
    """The present address's query with these keys changed; None drops a key. The page goes unless given."""
    values: QueryDict = context["request"].GET.copy()
    values.pop("page", None)
    for name, value in changes.items():
        values.pop(name, None)
        if value not in (None, ""):
            values[name] = value
    return f"?{values.urlencode()}"


@register.filter
def initials(name: Any) -> str:
    """Up to two letters that stand for a person."""
    words = [word for word in str(name).replace("@", " ").replace(".", " ").split() if word[:1].isalnum()]
    return "".join(word[0] for word in words[:2]).upper()


@register.filter
def value_text(value: Any) -> str:
    """Any plain value as text: numbers with separators, instants in the person's zone."""
    if isinstance(value, datetime):
        return formats.instant_text(value)
    return traces.value_text(value)


@register.filter
def code_text(value: Any) -> str:
    """Like value_text, with codes such as `monthly_fee` and yes or no in words."""
    return formats.instant_text(value) if isinstance(value, datetime) else traces.code_text(value)


@register.filter(is_safe=True)
@stringfilter
def dated(text: str) -> str:
    """A sentence with its ISO days as people write them."""
    return formats.days_in_words(text)


@register.filter
def words(code: Any) -> str:
    """A code as words: `primary_source` is "Primary source"."""
    text = str(code).replace("_", " ").replace(".", " ").strip()
    return text[:1].upper() + text[1:]
