"""A case of the hub from bytes to the board: told, updated, corrected by people, closed, opened again, taken back."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

from support.hub import CASE, SAMU, case, emsi, enveloped, means, now
from support.hub_house import HubHouse, hub_house, until

from garance.kernel.identity import new_id


async def holds(one: HubHouse, aspect: str, member: str, wanted: Any) -> dict[str, Any]:
    """Wait until the incident says so."""

    async def said() -> Any:
        found = await one.incident()
        return found if found.get(aspect, {}).get(member) == wanted else None

    found: dict[str, Any] = await until(said)
    return found


async def test_a_case_becomes_an_incident_with_its_means_missions_and_counts(tmp_path: Path) -> None:
    async with hub_house(tmp_path) as one:
        await one.attach(one.actual)
        at = now() - timedelta(minutes=5)
        await one.push(enveloped("createCase", case(at), at=at))
        await one.push(enveloped("resourcesInfoCisu", means(at, "DEPART", position=(45.94, -0.96)), at=at))
        await one.push(enveloped("emsi", emsi(at), at=at + timedelta(seconds=30)))
        said = await holds(one, "evolution", "evolution", "worsening")
        told = said["description"]
        assert (told["nature"], told["severity"], told["title"]) == ("fire", 3, "Feu d'habitation")
        assert told["place"] == "12 rue de la République, Rochefort"
        assert told["geometry"]["coordinates"] == [-0.962, 45.936]
        assert "Martin" not in str(told)

        async def both() -> Any:
            found = await one.means()
            return found if set(found) == {"VSAV 1", "FPT 1"} else None

        shown = await until(both)
        assert (shown["VSAV 1"]["state"], shown["FPT 1"]["state"]) == ("in-transit", "engaged")
        assert (shown["VSAV 1"]["kind"], shown["FPT 1"]["kind"]) == ("ambulance", "fire-engine")
        things = await one.things()
        incident = things["incident"][0]["id"]
        mission = things["mission"][0]
        assert mission["said"]["state"]["value"]["state"] == "under-way"
        assert mission["said"]["description"]["value"]["title"] == "Lutte contre l'incendie"
        assert shown["FPT 1"]["id"] in mission["said"]["description"]["value"]["links"]
        given = {thing["id"]: thing["said"]["assignment"]["value"] for thing in things["resource"]}
        assert given[shown["FPT 1"]["id"]] == {"mission": mission["id"], "incident": incident}
        assert given[shown["VSAV 1"]["id"]] == {"incident": incident}
        toll = things["toll"][0]
        assert toll["id"] == incident
        assert toll["said"][f"stated|absolute-urgency|{SAMU}"]["value"]["low"] == 1
        series = (await one.get(f"/api/v1/situations/{one.actual}/picture"))["series"]
        assert [track["resource"] for track in series] == [shown["VSAV 1"]["id"]]
        assert await one.aside() == []


async def test_the_same_again_says_nothing_and_only_what_changes_is_said(tmp_path: Path) -> None:
    async with hub_house(tmp_path) as one:
        await one.attach(one.actual)
        at = now() - timedelta(minutes=5)
        await one.push(enveloped("emsi", emsi(at), at=at))
        await one.push(enveloped("emsi", emsi(at), at=at + timedelta(seconds=10)))
        await one.sorted(2)
        before = await one.names()
        assert before.count("incident.described.v1") == before.count("mission.described.v1") == 1
        assert before.count("resource.state-set.v1") == before.count("resource.assigned.v1") == 1
        later = at + timedelta(minutes=1)
        await one.push(enveloped("emsi", emsi(later, scale="4", red=3), at=later))
        await holds(one, "description", "severity", 4)
        await one.sorted(3)
        new = (await one.names())[len(before) :]
        assert sorted(new) == ["incident.described.v1", "toll.stated.v1"]


async def test_what_people_corrected_stands_until_the_source_changes_its_mind(tmp_path: Path) -> None:
    async with hub_house(tmp_path) as one:
        await one.attach(one.actual)
        at = now() - timedelta(minutes=5)
        await one.push(enveloped("emsi", emsi(at), at=at))
        told = (await holds(one, "description", "severity", 3))["description"]
        incident = (await one.things())["incident"][0]["id"]
        await one.done("incidents.describe", {**told, "incident": incident, "title": "Feu de l'école"})
        await one.push(enveloped("emsi", emsi(at, scale="4"), at=now()))
        said = (await holds(one, "description", "severity", 4))["description"]
        assert said["title"] == "Feu de l'école"
        await one.push(enveloped("emsi", emsi(at, scale="4", red=2), at=now() + timedelta(seconds=1)))
        await one.sorted(3)
        assert (await one.incident())["description"]["title"] == "Feu de l'école"
        changed = emsi(at, scale="4", name="Feu du collège")
        await one.push(enveloped("emsi", changed, at=now() + timedelta(seconds=2)))
        await holds(one, "description", "title", "Feu du collège")


async def test_a_means_known_by_its_call_sign_is_the_one_engaged(tmp_path: Path) -> None:
    async with hub_house(tmp_path) as one:
        unit = new_id()
        await one.done("resources.declare", {"resource": unit, "name": "vsav 1", "kind": "ambulance"})
        await one.attach(one.actual)
        at = now() - timedelta(minutes=5)
        await one.push(enveloped("resourcesInfoCisu", means(at, "ARRIVEE"), at=at))

        async def arrived() -> Any:
            found = await one.means()
            return found if found["vsav 1"]["state"] == "arrived" else None

        assert set(await until(arrived)) == {"vsav 1"}
        # The state that a person says stands while the source repeats itself.
        await one.done("resources.set-state", {"resource": unit, "state": "engaged"})
        await one.push(enveloped("resourcesInfoCisu", means(at, "ARRIVEE"), at=now()))
        await one.sorted(2)
        assert (await one.means())["vsav 1"]["state"] == "engaged"
        await one.push(enveloped("resourcesInfoCisu", means(at, "RET-BASE"), at=now() + timedelta(seconds=1)))

        async def released() -> Any:
            return (await one.means())["vsav 1"]["state"] == "released"

        await until(released)
        given = (await one.things())["resource"][0]["said"]["assignment"]["value"]
        assert given == {}


async def test_means_heard_before_their_case_wait_for_its_name(tmp_path: Path) -> None:
    async with hub_house(tmp_path) as one:
        await one.attach(one.actual)
        at = now() - timedelta(minutes=5)
        await one.push(enveloped("resourcesInfoCisu", means(at, "DEPART"), at=at + timedelta(seconds=20)))
        await holds(one, "description", "title", CASE)
        await one.push(enveloped("createCase", case(at), at=at))
        told = (await holds(one, "description", "nature", "fire"))["description"]
        assert told["title"] == "Incendie d'un bâtiment"


async def test_a_case_is_closed_opened_again_and_taken_back(tmp_path: Path) -> None:
    async with hub_house(tmp_path) as one:
        await one.attach(one.actual)
        at = now() - timedelta(minutes=5)
        await one.push(enveloped("emsi", emsi(at), at=at))
        await one.push(enveloped("emsi", emsi(at, status="COM"), at=at + timedelta(seconds=60)))
        await holds(one, "evolution", "evolution", "over")
        # Late words of before the end do not open it again, nor an update of its means.
        await one.push(enveloped("emsi", emsi(at, red=5), at=at + timedelta(seconds=30)))
        await one.push(enveloped("resourcesInfoCisu", means(at, "RETOUR"), at=at + timedelta(seconds=70)))
        await one.sorted(4)
        assert (await one.incident())["evolution"]["evolution"] == "over"
        await one.push(enveloped("createCase", case(at), at=at + timedelta(seconds=90)))
        said = await holds(one, "evolution", "evolution", "confirmed")
        assert said["evolution"]["note"].startswith("Affaire rouverte par")
        await one.push(enveloped("createCase", case(at), at=at + timedelta(seconds=120), kind="Cancel"))
        said = await holds(one, "evolution", "evolution", "over")
        assert said["evolution"]["note"].startswith("Affaire retirée par")


async def test_counts_of_two_sources_stand_beside_each_other(tmp_path: Path) -> None:
    async with hub_house(tmp_path) as one:
        await one.attach(one.actual)
        at = now() - timedelta(minutes=5)
        await one.push(enveloped("emsi", emsi(at, red=1), at=at))
        other = emsi(at, red=4)
        other["CONTEXT"]["ORIGIN"]["ORG_ID"] = "fr.fire.sis086"
        await one.push(enveloped("emsi", other, at=at + timedelta(seconds=5)))
        await one.sorted(2)
        said = (await one.things())["toll"][0]["said"]
        counts = {name.rpartition("|")[2]: one["value"]["low"] for name, one in said.items() if "absolute" in name}
        assert counts == {SAMU: 1, "fr.fire.sis086": 4}


async def test_an_exercise_never_becomes_real_and_comes_into_an_exercise(tmp_path: Path) -> None:
    async with hub_house(tmp_path) as one:
        feed = await one.attach(one.actual)
        at = now() - timedelta(minutes=5)
        await one.push(enveloped("createCase", case(at), at=at, status="Exercise"))
        item = (await until(one.aside))[0]
        assert (item["why"], item["detail"]) == ("mode-other", "exercise")
        body = {"feed": feed, "aside": item["number"], "source": item["source"], "why": item["why"]}
        body |= {"heard_at": item["heard_at"], "reason": "Je le veux quand même."}
        answer = await one.command("feeds.release", body)
        assert answer.json()["code"] == "mode-other"
        # Nor by calling the reason by another name.
        await one.done("feeds.release", {**body, "why": "jump-implausible"})
        await one.attach(one.node.situation)
        await one.push(enveloped("emsi", emsi(at, mode="EXERCS"), at=at, status="Exercise"))

        async def played() -> Any:
            return await one.incident(one.node.situation)

        assert (await until(played))["description"]["nature"] == "fire"
        assert await one.incident() == {}
        assert len(await one.aside()) == 1, "it was taken elsewhere: it is not set aside"
        # What is real comes into both; in the exercise it carries the mark of the exercise.
        await one.push(enveloped("resourcesInfoCisu", means(at, "DEPART"), at=at + timedelta(seconds=1)))
        await until(lambda: one.means(one.node.situation))
        await until(one.incident)
        page = await one.get(f"/api/v1/situations/{one.node.situation}/facts", limit=500)
        assert {fact["mode"] for fact in page["facts"]} == {"exercise"}
        page = await one.get(f"/api/v1/situations/{one.actual}/facts", limit=500)
        assert {fact["mode"] for fact in page["facts"]} == {"actual"}


async def test_a_test_of_the_link_goes_nowhere(tmp_path: Path) -> None:
    async with hub_house(tmp_path) as one:
        await one.attach(one.actual)
        await one.attach(one.node.situation)
        at = now() - timedelta(minutes=5)
        await one.push(enveloped("emsi", emsi(at, mode="TEST"), at=at, status="Exercise"))
        await one.sorted(1)
        assert {item["why"] for item in await one.aside()} == {"mode-other"}
        assert await one.incident(one.node.situation) == await one.incident() == {}
