"""What a join takes is told to whoever measures: once for each, and also of those who are never seated."""

from live.harness import INES, TEACHER, House, eventually


class Told:
    """Keeps what it was told of each join."""

    def __init__(self) -> None:
        self.heard: dict[int, list[str]] = {}

    def stands(self) -> int:
        number = len(self.heard) + 1
        self.heard[number] = ["stands"]
        return number

    def begins(self, number: int) -> None:
        self.heard[number].append("begins")

    def ends(self, number: int) -> None:
        self.heard[number].append("ends")


async def test_a_join_ends_with_the_first_answer_of_the_room_also_at_a_door_that_is_not_open(house: House) -> None:
    house.server._joins = told = Told()
    pupil = house.connect(INES)
    await pupil.hello()
    assert (await pupil.ephemeral("waiting_door"))["reason"] == "not_open"
    assert told.heard == {1: ["stands", "begins", "ends"]}
    await house.enter(TEACHER)
    await pupil.key("welcome")
    await pupil.leave()
    assert told.heard == {1: ["stands", "begins", "ends"], 2: ["stands", "begins", "ends"]}


async def test_who_is_refused_a_seat_has_not_joined(house: House) -> None:
    house.server._joins = told = Told()
    stranger = house.connect(INES, browser=None)
    await stranger.hello()
    await stranger.closed()
    await eventually(lambda: told.heard == {1: ["stands", "ends"]})
