"""The demo's catalogue: who is on which label, and what is on which release."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from apps.console.demo.composer.style import Style
from apps.console.demo.composer.styles.acoustic import BOSSA, FOLK, PATTERNS
from apps.console.demo.composer.styles.electronic import DRUM_AND_BASS, HOUSE, SYNTH_POP
from apps.console.demo.composer.styles.lofi import BEATS, CHIPTUNE, DUB
from apps.console.demo.composer.styles.quiet import AMBIENT, NOCTURNE, WALTZ
from apps.console.demo.covers import motifs
from apps.console.demo.covers.motifs import Motif, Palette

LABELS = {"Lantern Records": "LR", "Moonpool": "MP", "Saltmarsh": "SM", "Tin Roof": "TR", "Weathervane": "WV"}
"""And what the numbers of their releases begin with."""
VARIOUS = "Various Artists"


@dataclass(frozen=True, eq=False)
class Artist:
    name: str
    label: str
    style: Style
    motif: Motif
    palette: Palette


@dataclass(frozen=True, eq=False)
class Recording:
    artist: Artist
    title: str
    number: int
    guest: Artist | None = None

    @property
    def isrc(self) -> str:
        """Of a country that there is not, so that it is nobody's."""
        return f"XXCEL25{self.number:05}"

    @property
    def artists(self) -> tuple[str, ...]:
        return (self.artist.name, self.guest.name) if self.guest else (self.artist.name,)

    @property
    def credited(self) -> str:
        return " & ".join(self.artists)

    @property
    def seed(self) -> str:
        return f"{self.artist.name}: {self.title}"


@dataclass(frozen=True, eq=False)
class Release:
    title: str
    artist: Artist | None
    """None: of several, a volume of a series."""
    label: str
    number: int
    on: date
    recordings: tuple[Recording, ...]
    palette: Palette
    volume: int = 0

    @property
    def artist_name(self) -> str:
        return self.artist.name if self.artist else VARIOUS

    @property
    def catalogue_number(self) -> str:
        return f"{LABELS[self.label]} {self.number:03}"

    @property
    def upc(self) -> str:
        """An EAN-13 of those that shops give themselves, so that it is nobody's."""
        digits = f"2{list(LABELS).index(self.label):02}0000{self.number:05}"
        odd, even = sum(map(int, digits[::2])), sum(map(int, digits[1::2]))
        return f"{digits}{-(odd + 3 * even) % 10}"


HALCYON_DRIFT = Artist(
    "Halcyon Drift", "Weathervane", AMBIENT, motifs.horizon, Palette("#dfe6e2", "#f4efe2", "#e8b25c", "#235a60", "#f4efe2")
)
NINE_HERONS = Artist("Nine Herons", "Moonpool", SYNTH_POP, motifs.herons, Palette("#101d33", "#f6efe4", "#2f6fb2", "#7fb3d8", "#ff6f59"))
COPPER_KITES = Artist("Copper Kites", "Saltmarsh", FOLK, motifs.kites, Palette("#f3ead8", "#40281c", "#b5532a", "#d98f4e", "#5d7a68"))
VESPER = Artist("Vesper & Sons", "Lantern Records", BOSSA, motifs.promenade, Palette("#f6f1e3", "#1d1b18", "#1d1b18", "#2f7d74", "#ea6a2a"))
TERRACE_HOURS = Artist("Terrace Hours", "Moonpool", HOUSE, motifs.tiles, Palette("#f7d046", "#1a1a1a", "#1a1a1a", "#f4f0e6", "#e2503a"))
POCKET_COMET = Artist("Pocket Comet", "Tin Roof", CHIPTUNE, motifs.sprite, Palette("#16161d", "#e9f5db", "#86d96b", "#3a4a4f", "#f2c14e"))
MARTA_ELM = Artist("Marta Elm", "Saltmarsh", NOCTURNE, motifs.night, Palette("#1c2233", "#efe9dc", "#f2e3b3", "#6f7c97", "#aab4c6"))
KESTREL_RUN = Artist("Kestrel Run", "Tin Roof", DRUM_AND_BASS, motifs.speed, Palette("#e5e3df", "#15171a", "#d7263d", "#b9b6af", "#8a8780"))
SLOW_HARBOUR = Artist("Slow Harbour", "Lantern Records", DUB, motifs.echoes, Palette("#1f2a24", "#f3e9cf", "#d9a21b", "#3f7d53", "#b33a2b"))
ODD_SUNDAYS = Artist("Odd Sundays", "Weathervane", PATTERNS, motifs.phases, Palette("#efece6", "#232323", "#2a5fa5", "#d95f43", "#f0b83c"))
JUNIPER_SLATE = Artist("Juniper Slate", "Tin Roof", BEATS, motifs.strata, Palette("#e9dfd0", "#39424e", "#6d7f86", "#a3ada6", "#d98b6a"))
ADA_QUILL = Artist("Ada Quill", "Lantern Records", WALTZ, motifs.boats, Palette("#cfe0e0", "#243447", "#ffffff", "#8db3b8", "#e4574c"))

TITLES: Mapping[str, tuple[Artist, Sequence[str]]] = {
    "Low Tide": (
        NINE_HERONS,
        ("Glass Arcade", "Low Tide", "Weekend Electric", "Lighthouse Hotel", "Half the Sky", "Signal to Shore", "Neon Estuary"),
    ),
    "Open Late": (TERRACE_HOURS, ("Rooftop", "Second Sun", "Stairwell", "Last Orders")),
    "Evening Post": (VESPER, ("Evening Post", "Rua das Pedras", "Saturday's Umbrella", "Coffee for Two")),
    "Quarry Songs": (JUNIPER_SLATE, ("Warm Static", "Bus Window", "Rain on the Allotment", "Four in the Afternoon")),
    "Slow Signals": (
        HALCYON_DRIFT,
        ("Slow Signals", "Long Wave", "The Weather Ship", "Undersea Cable", "Dogger", "Northern Lights", "Closedown"),
    ),
    "Tall Weather": (COPPER_KITES, ("Tall Weather", "Hollow Lane", "The Ferryman's Daughter", "Bright Shillings")),
    "Save Point": (POCKET_COMET, ("Press Start", "Underwater Level", "Save Point", "Final Boss")),
    "Orchard Road": (MARTA_ELM, ("Orchard Road", "Lamplight", "Nocturne for a Small Room", "The Letter", "First Frost")),
    "Night Bus North": (KESTREL_RUN, ("Undertow", "Night Bus North", "Flare", "Concrete Garden")),
    "Harbour Lights": (SLOW_HARBOUR, ("Harbour Lights", "Slack Water", "Foghorn", "Cargo")),
    "Matinee": (ODD_SUNDAYS, ("Matinee", "Twelve Against Ten", "Revolving Door", "Sunday Odd")),
    "Paper Boats": (ADA_QUILL, ("Paper Boats", "Carousel", "The Clockmaker's Cat", "Snow Globe")),
}
GUESTS = {"Second Sun": NINE_HERONS, "Coffee for Two": ADA_QUILL, "Warm Static": MARTA_ELM}
B_SIDE = "Glass Arcade (Night Version)"
DATES = (
    date(2025, 9, 5), date(2025, 5, 23), date(2025, 3, 14), date(2025, 10, 17), date(2025, 1, 31), date(2025, 4, 25),
    date(2025, 6, 20), date(2025, 11, 7), date(2025, 8, 8), date(2025, 7, 11), date(2025, 2, 21), date(2025, 11, 28),
)  # fmt: skip
"""In the order of the titles above."""
VOLUMES = (
    (
        date(2025, 7, 25),
        ("Weekend Electric", "Rooftop", "Evening Post", "Bus Window", "Press Start", "Tall Weather", "Slack Water", "Carousel"),
        Palette("#24304a", "#fbf4e4", "#3d4c6e", "#1b2439", "#f1b24a"),
    ),
    (
        date(2025, 12, 12),
        ("Second Sun", "Undertow", "Half the Sky", "Warm Static", "Twelve Against Ten", "Lamplight", "Cargo", "Long Wave"),
        Palette("#6b2d2a", "#fbf4e4", "#8a4038", "#552220", "#f1b24a"),
    ),
)
SERIES = "House Lights"
GLASS = Palette("#ff6f59", "#101d33", "#f6efe4", "#ffa596", "#101d33")
ROOF = Palette("#1d3b53", "#f4f0e6", "#f7d046", "#f4f0e6", "#e2503a")
FIRE = Palette("#d7263d", "#15171a", "#f1ece4", "#b31d31", "#8f1526")


def _recordings() -> dict[str, Recording]:
    titles = [(artist, title) for artist, names in TITLES.values() for title in names]
    titles.append((NINE_HERONS, B_SIDE))
    return {title: Recording(artist, title, number, GUESTS.get(title)) for number, (artist, title) in enumerate(titles, 1)}


def _releases() -> tuple[Release, ...]:
    """The first is short, so that something plays soon; what is on several releases comes first on its artist's own."""
    one = _recordings()
    single = Release("Glass Arcade", NINE_HERONS, "Moonpool", 1, date(2025, 8, 1), (one["Glass Arcade"], one[B_SIDE]), GLASS)
    own = [
        Release(title, artist, artist.label, number, on, tuple(one[name] for name in names), artist.palette)
        for number, ((title, (artist, names)), on) in enumerate(zip(TITLES.items(), DATES, strict=True), 2)
    ]
    rooftop = Release("Rooftop", TERRACE_HOURS, "Moonpool", 14, date(2025, 4, 18), (one["Rooftop"],), ROOF)
    flare = Release("Flare", KESTREL_RUN, "Tin Roof", 15, date(2025, 7, 4), (one["Flare"],), FIRE)
    volumes = [
        Release(f"{SERIES}, Vol. {number}", None, "Lantern Records", 20 + number, on, tuple(one[name] for name in names), palette, number)
        for number, (on, names, palette) in enumerate(VOLUMES, 1)
    ]
    return (single, *own, rooftop, flare, *volumes)


RELEASES = _releases()
