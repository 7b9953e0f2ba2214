"""A house whose door follows the plan, for scripts of people and seconds."""

from preau.gate.rules.admission import may_enter
from preau.gate.rules.calling import Group, others_places
from preau.gate.rules.places import Place
from preau.gate.rules.plan import Memory, Situation, next_plan, open_plan

START_S = 1_795_422_600.0


class House:
    """A house of ``capacity`` and its door, second by second. Everybody polls every second unless said otherwise.

    Of the people ``inside`` from the beginning nobody is of lane 3; who is of lane 3 leaves first.
    """

    def __init__(self, capacity: int, *, inside: int = 0) -> None:
        self.capacity = capacity
        self.inside = inside
        self.inside_others = 0
        self.now_s = START_S
        self.memory = Memory()
        self.plan = open_plan(self.now_s)
        self.waiting: dict[str, Place] = {}
        self.absent: set[str] = set()
        self.entered: list[str] = []
        self.entered_lately = 0

    def comes(self, name: str, lane: int, order_key: int) -> None:
        self.waiting[name] = Place(lane, order_key)

    def leaves(self, people: int = 1) -> None:
        self.inside -= people
        self.inside_others = max(0, self.inside_others - people)

    def second(self) -> None:
        self.now_s += 1
        places = sorted(place for name, place in self.waiting.items())
        groups = [Group(place.lane, place.order_key, places.count(place)) for place in sorted(set(places))]
        situation = Situation(
            now_s=self.now_s,
            capacity=self.capacity,
            inside=self.inside,
            inside_others=self.inside_others,
            entered=self.entered_lately,
            groups=groups,
        )
        self.entered_lately = 0
        self.plan, self.memory = next_plan(self.memory, situation)
        for name in [name for name in self.waiting if name not in self.absent]:
            self.knocks(name)

    def seconds(self, count: int) -> None:
        for _ in range(count):
            self.second()

    def called(self, name: str) -> bool:
        return may_enter(self.waiting[name], self.plan, now_s=self.now_s)

    def knocks(self, name: str) -> None:
        """The claim, with its limiter."""
        lane = self.waiting[name].lane
        room = self.inside < self.capacity and (lane != 3 or self.inside_others < others_places(self.capacity))
        if self.called(name) and (lane == 0 or room):
            self.inside += lane != 0
            self.inside_others += lane == 3
            self.entered_lately += lane != 0
            del self.waiting[name]
            self.entered.append(name)
