"""Styles for dancing: synth-pop, house, and drum and bass."""

from __future__ import annotations

from apps.console.demo.composer.melody import Singer, tune
from apps.console.demo.composer.parts import arpeggio, bass, chords, drums, once, strummed
from apps.console.demo.composer.render import Hall
from apps.console.demo.composer.sound.instruments import choir, glass, saw_lead, soft_lead, synth_pluck, warm_pad
from apps.console.demo.composer.sound.keys import electric_piano, house_piano, organ_stab, reese, saw_bass, sub_bass
from apps.console.demo.composer.sound.percussion import clap, closed_hat, kick, open_hat, ride, riser, shaker, snare, tight_snare
from apps.console.demo.composer.style import Player, Style
from apps.console.demo.composer.theory import MODES

SYNTH_POP = Style(
    genre="Synth-Pop",
    tempo=(104, 118),
    forms=(
        "intro:4 verse:8 chorus:8 bridge:4 chorus:8 ending:1",
        "intro:4 verse:8 chorus:8 verse:4 chorus:8 ending:1",
        "intro:4 verse:8 bridge:4 chorus:8 ending:1",
    ),
    modes={
        "major": {
            "verse": ("I | V | vi | IV", "vi | IV | I | V", "I | iii | IV | V"),
            "chorus": ("IV | V | vi | I", "IV | I | V | vi"),
            "bridge": ("ii | vi | IV | V",),
        },
        "minor": {
            "verse": ("i | bVI | bIII | bVII", "i | bVII | bVI | bVII"),
            "chorus": ("bVI | bVII | i | bIII", "bVI | bIII | bVII | i"),
            "bridge": ("iv | bVI | bIII | bVII",),
        },
    },
    players=(
        Player(
            (kick,), drums("X...x...X...x.x.", "X...x...X..xx.x.", fill="X...x...x.x.xxxx"), -7, sections="intro verse chorus", kick=True
        ),
        Player((snare,), drums("....X.......X...", "....X.......X..o", fill="....X.......X.xx"), -9, sections="verse chorus", room=0.35),
        Player((closed_hat,), drums("x.o.x.o.x.o.x.oo"), -12, sections="verse chorus", pan=0.2),
        Player((clap,), drums("....X.......X..."), -13, sections="chorus", room=0.4, width=0.2),
        Player((saw_bass,), bass("1.1.1.1.1.1.1.8.", 33), -8, sections="verse chorus ending", pumped=True),
        Player((saw_bass,), bass("1---------------", 33), -10, sections="bridge"),
        Player((warm_pad,), chords(52, 71, 4, 0.6), -14, width=0.7, room=0.4, pumped=True),
        Player((choir,), chords(60, 76, 3, 0.5), -16, sections="chorus bridge", width=0.6, room=0.5),
        Player(
            (synth_pluck,),
            arpeggio((0, 2, 4, 2, 3, 1, 4, 2), 0.25, 60, 1, 0.55),
            -14,
            sections="intro chorus",
            width=0.6,
            room=0.25,
            echo=0.35,
        ),
        Player(
            (saw_lead, soft_lead),
            tune(
                Singer(
                    ((1.5, 1.5, 1, 1, 1, 2), (0.5, 0.5, 1, 1, 1, 1.5, 0.5, 2), (1, 0.5, 0.5, 2, 1, 1, 2), (1.5, 0.5, 2, 3, -1)), 64, 84, 0.8
                )
            ),
            -9,
            sections="verse chorus ending",
            room=0.3,
            echo=0.3,
        ),
    ),
    hall=Hall(seconds=1.7, brightness=0.9, echo_beats=0.75, feedback=0.45, tilt=1.0),
)

HOUSE = Style(
    genre="House",
    tempo=(120, 126),
    forms=(
        "intro:4 verse:8 bridge:4 chorus:8 outro:4 ending:1",
        "intro:8 verse:8 bridge:4 chorus:12 ending:1",
        "intro:4 verse:8 chorus:8 bridge:4 chorus:8 ending:1",
    ),
    modes={
        "dorian": {"verse": ("i9 | i9 | IV9 | IV9", "i7 | bVII6 | iv9 | v7"), "chorus": ("i9 | bIIImaj7 | IV9 | bVIImaj7",)},
        "minor": {
            "verse": ("i9 | i9 | bVImaj7 | v7", "iv9 | iv9 | i9 | i9"),
            "chorus": ("bVImaj7 | v7 | iv9 | i9", "iv9 | v7 | i9 | bIIImaj7"),
        },
    },
    players=(
        Player((kick,), drums("X...X...X...X..."), -6, sections="intro verse chorus outro", kick=True),
        Player((open_hat,), drums("..x...x...x...x."), -12, sections="intro verse chorus outro", pan=0.15),
        Player((closed_hat,), drums("o.oxo.oxo.oxo.ox"), -15, sections="verse chorus", pan=-0.3),
        Player((clap,), drums("....X.......X...", "....X.......X.o."), -11, sections="verse chorus outro", room=0.3),
        Player((shaker,), drums("oxooxoooxooxooxo"), -16, sections="chorus", pan=0.5),
        Player((sub_bass, saw_bass), bass("..1...1...11..5.", 33), -7, sections="verse chorus outro", pumped=True),
        Player(
            (house_piano, organ_stab),
            strummed("..x..x....x..x.x", 55, 74, 4),
            -11,
            sections="verse chorus ending",
            width=0.3,
            room=0.35,
            echo=0.2,
            pumped=True,
        ),
        Player((electric_piano,), chords(55, 74, 4, 0.5), -14, sections="bridge ending", width=0.4, room=0.4),
        Player((warm_pad,), chords(55, 74, 4, 0.7), -15, sections="chorus bridge outro", width=0.7, room=0.5, pumped=True),
        Player(
            (synth_pluck,),
            tune(
                Singer(
                    ((0.75, 0.75, 0.5, 1, 1, 0.75, 0.75, 0.5, 2), (1.5, 0.75, 0.75, 1, -4), (0.5, 1, 0.5, 2, 0.5, 1, 0.5, 2)),
                    67,
                    84,
                    0.7,
                    0.9,
                    MODES["minor pentatonic"],
                )
            ),
            -7,
            sections="chorus",
            room=0.3,
            echo=0.5,
            width=0.3,
        ),
        Player((riser,), once(), -15, sections="bridge", width=0.0, room=0.3),
    ),
    hall=Hall(seconds=1.5, brightness=0.9, echo_beats=0.75, feedback=0.5, tilt=1.5),
)

DRUM_AND_BASS = Style(
    genre="Drum & Bass",
    tempo=(170, 176),
    forms=(
        "intro:8 verse:16 bridge:8 chorus:16 ending:2",
        "intro:8 verse:16 chorus:16 ending:2",
        "intro:8 chorus:16 bridge:8 chorus:16 ending:2",
    ),
    modes={
        "minor": {
            "verse": ("i9 | i9 | bVImaj7 | bVImaj7 | iv9 | iv9 | v7 | v7", "i | i | bVII | bVII | bVI | bVI | bVII | bVII"),
            "chorus": (
                "bVImaj7 | bVImaj7 | bVII | bVII | i9 | i9 | bIIImaj7 | bIIImaj7",
                "i9 | i9 | bIIImaj7 | bIIImaj7 | bVI | bVI | bVII | bVII",
            ),
        },
        "dorian": {"verse": ("i9 | i9 | IV | IV",), "chorus": ("bIIImaj7 | bIIImaj7 | IV | IV | i9 | i9 | v7 | v7",)},
    },
    players=(
        Player((kick,), drums("X.........x.....", "X.........x..x..", "X..x......x....."), -7, sections="verse chorus"),
        Player(
            (tight_snare,),
            drums("....X.......X...", "....X..o.o..X...", "....X..o....X.o.", fill="....X..xx.xxX.xx"),
            -7,
            sections="verse chorus",
            room=0.2,
        ),
        Player((closed_hat,), drums("x.o.x.o.x.o.x.o.", "x.oox.o.xoo.x.o."), -13, sections="verse chorus", pan=0.25),
        Player((ride,), drums("x...x...x...x..."), -14, sections="chorus", pan=-0.3),
        Player((shaker,), drums("xoxoxoxoxoxoxoxo"), -17, sections="intro bridge", pan=0.4),
        Player((reese, sub_bass), bass("1-----....1-5---", 29), -7, sections="verse chorus ending"),
        Player((warm_pad,), chords(52, 72, 4, 0.6), -14, width=0.8, room=0.6),
        Player(
            (glass, electric_piano),
            arpeggio((4, 2, 3, 1), 1.5, 64, 1, 0.5),
            -14,
            sections="intro verse bridge",
            width=0.5,
            room=0.6,
            echo=0.5,
        ),
        Player(
            (soft_lead, saw_lead),
            tune(Singer(((3, 1, 2, 2), (1.5, 1.5, 1, 4), (2, 2, 1, 1, 2), (4, 3, -1)), 65, 84, 0.7, 0.95, MODES["minor pentatonic"])),
            -9,
            sections="chorus ending",
            room=0.5,
            echo=0.4,
        ),
        Player((riser,), once(), -16, sections="bridge", room=0.3),
    ),
    hall=Hall(seconds=2.4, brightness=0.8, echo_beats=1.5, feedback=0.5, tilt=0.5),
)
