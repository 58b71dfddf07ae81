"""What an artist sounds like, and how a piece in that style comes about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from random import Random

from apps.console.demo.composer.parts import Writer
from apps.console.demo.composer.render import Hall, Instrument, Track, render
from apps.console.demo.composer.score import ENDING, Note, Plan, lay_out
from apps.console.demo.composer.sound.waves import Samples
from apps.console.demo.composer.theory import MODES, Scale

TONICS = (0, 2, 3, 5, 7, 9, 10)


@dataclass(frozen=True)
class Player:
    instruments: tuple[Instrument, ...]
    """One of them plays in each piece."""
    writes: Writer
    level: float
    sections: str = ""
    """The names of those it plays in; in all of them without."""
    pan: float = 0.0
    width: float = 0.0
    room: float = 0.2
    echo: float = 0.0
    pumped: bool = False
    loose: float = 0.0
    kick: bool = False
    """Whether it is what pumps the others."""
    chance: float = 1.0
    """How likely it is to take part in a piece."""


@dataclass(frozen=True, eq=False)
class Style:
    genre: str
    tempo: tuple[int, int]
    forms: Sequence[str]
    """Sections and their bars: `intro:4 verse:8 ending:1`."""
    modes: Mapping[str, Mapping[str, Sequence[str]]]
    """By mode: for each section the progressions that it may have. One that is not named has those of the verse."""
    players: Sequence[Player]
    beats: int = 4
    swing: float = 0.0
    hall: Hall = field(default_factory=Hall)


@dataclass(frozen=True)
class Piece:
    """A composed piece, before anybody plays it."""

    style: Style
    seed: str
    tempo: float
    mode: str
    plan: Plan
    parts: Sequence[tuple[Player, Instrument, Sequence[Note]]]

    def sound(self, longest: float | None = None) -> Samples:
        """Both sides, from -1 to 1; no more than so many seconds, where they are given, which fade."""
        tracks = [
            Track(instrument, notes, player.level, player.pan, player.width, player.room, player.echo, player.pumped, player.loose)
            for player, instrument, notes in self.parts
        ]
        kick = [note for player, _, notes in self.parts if player.kick for note in notes]
        return render(self.plan, tracks, self.tempo, self.style.swing, self.style.hall, self.seed, kick, longest)


def compose(style: Style, seed: str) -> Piece:
    """The piece of this seed: always the same."""
    chance = Random(seed)  # noqa: S311 - music, no secret
    tempo = chance.randint(*style.tempo)
    mode = chance.choice(list(style.modes))
    scale = Scale(chance.choice(TONICS), MODES[mode])
    form = chance.choice(style.forms)
    plan = lay_out(form, _progressions(style, mode, form, chance), scale, style.beats)
    parts: list[tuple[Player, Instrument, Sequence[Note]]] = []
    for player in style.players:
        own = Random(f"{seed} {len(parts)}")  # noqa: S311 - music, no secret
        instrument = own.choice(player.instruments)
        if chance.random() < player.chance:
            heard = plan.only(player.sections.split()) if player.sections else plan
            parts.append((player, instrument, player.writes(heard, own)))
    return Piece(style, seed, tempo, mode, plan, parts)


def _progressions(style: Style, mode: str, form: str, chance: Random) -> dict[str, str]:
    known = style.modes[mode]
    chosen = {name: chance.choice(progressions) for name, progressions in known.items()}
    last = {ENDING: "i" if MODES[mode][2] == 3 else "I", **chosen}[ENDING]
    return {name: chosen.get(name, chosen["verse"]) for name in (word.partition(":")[0] for word in form.split())} | {ENDING: last}
