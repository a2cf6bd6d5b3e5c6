"""The command that shows how one number was made."""

from __future__ import annotations

import click

from dxkit.cli.session import DONE, Session, common_options


@click.command()
@click.argument("period")
@click.argument("unit")
@click.argument("indicator")
@click.option("--kind", default="", help="Another number of it: points, rank, gap, change …")
@common_options
def explain(
    period: str,
    unit: str,
    indicator: str,
    kind: str,
    campaign: str | None,
    raw: str | None,
    out: str | None,
    lang: str,
) -> int:
    """Show how one number was made, from the pages down to file, sheet and cell."""
    from dxkit.press.publish.explain import chain

    session = Session(campaign, raw, out, lang)
    period_id = session.period(period)
    opened = session.open(period_id)
    named = {i.id: session.language.name(i.names) for i in session.campaign.indicators}
    named |= {m.id: session.language.name(m.names) for m in session.campaign.measures}
    named["total"] = session.language.plain("report.total")
    code = session.unit(unit, period_id)
    card = opened.analysis.scorecard(code)
    kinds = [key.kind for key in card.facts if key.subject == indicator]
    if not kinds:
        known = dict.fromkeys(key.subject for key in card.facts if key.subject in named)
        raise session.refuse("indicator_unknown", text=indicator, available=", ".join(known))
    kind = kind or ("points" if indicator == "total" else "value")
    fact = card.find(indicator, kind)
    if fact is None:
        raise session.refuse("kind_unknown", text=kind, available=", ".join(dict.fromkeys(kinds)))
    click.echo(
        session.say(
            "explain_value",
            indicator=named[indicator],
            unit=card.unit.name,
            period=session.language.period(period_id),
            value=session.language.number(
                card.find(indicator, "value") or card.find(indicator, "points") or fact
            ),
        )
    )
    folder = session.project.output_folder(session.campaign.id, period_id)
    for line in chain(opened, fact.key, folder, session.language):
        click.echo(line)
    return DONE
