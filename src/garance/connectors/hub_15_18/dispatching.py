"""What a person has sent, as a message of the hub: RC-EDA, RC-RI, EMSI or GEO-POS, under a name that never changes."""

from __future__ import annotations

from garance.connectors.hub_15_18.emsi_form import Account
from garance.connectors.hub_15_18.encode import (
    case_id_for,
    case_message,
    emsi_message,
    positions_message,
    resource_id_for,
    resources_message,
)
from garance.connectors.hub_15_18.envelope import Route, Sending
from garance.connectors.hub_15_18.message import Message
from garance.connectors.hub_15_18.positions import Fix
from garance.domain.feeds.facts import Matter
from garance.kernel.refusal import Refused
from garance.ports.dispatching import Dispatch
from garance.views.shown import ThingShown


def message_of(dispatch: Dispatch, client: str) -> Message:
    """The message, in its JSON form. Refuses `hub-client-malformed`, `hub-incident-needed`, `hub-resources-needed`."""
    kind = "Cancel" if dispatch.cancels else "Update" if dispatch.again else "Report"
    route = Route(sender=client, recipient=dispatch.to)
    sending = Sending(route=route, now=dispatch.now, unique=dispatch.unique, kind=kind)
    match dispatch.matter:
        case Matter.INCIDENT:
            return case_message(dispatch.situation, _incident(dispatch), sending, case_id=dispatch.case)
        case Matter.RESOURCES:
            return resources_message(
                dispatch.situation, _case(dispatch, client), dispatch.resources, sending, shared=dispatch.names
            )
        case Matter.SITUATION:
            return emsi_message(_account(dispatch, client), sending)
        case Matter.POSITIONS:
            fixes = [
                Fix(
                    uid=dispatch.names.get(one.resource) or resource_id_for(client, one.resource),
                    at=one.at,
                    position=one.position,
                    speed_mps=one.speed_mps,
                    course_deg=one.course_deg,
                )
                for one in dispatch.places
            ]
            return positions_message(fixes, dispatch.situation.mode, sending)


def _incident(dispatch: Dispatch) -> ThingShown:
    if dispatch.incident is None:
        raise Refused("hub-incident-needed", field="incident")
    return dispatch.incident


def _case(dispatch: Dispatch, client: str) -> str:
    return dispatch.case or case_id_for(client, _incident(dispatch).id)


def _account(dispatch: Dispatch, client: str) -> Account:
    return Account(
        situation=dispatch.situation,
        incident=_incident(dispatch),
        case_id=_case(dispatch, client),
        resources=dispatch.resources,
        missions=dispatch.missions,
        shapes=dispatch.shapes,
        balance=dispatch.balance,
        assignments=dispatch.assignments,
        names=dispatch.names,
    )
