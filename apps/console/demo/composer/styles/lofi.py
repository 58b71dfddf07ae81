"""Styles with a machine's charm: chiptune, dub, and beats from an old record."""

from __future__ import annotations

from apps.console.demo.composer.melody import Singer, tune
from apps.console.demo.composer.parts import arpeggio, bass, chords, drone, drums, strummed
from apps.console.demo.composer.render import Hall
from apps.console.demo.composer.sound.instruments import chip_triangle, nylon_string, pulse, soft_lead, square, thin_pulse
from apps.console.demo.composer.sound.keys import electric_piano, felt_piano, organ_stab, sub_bass, vibraphone
from apps.console.demo.composer.sound.percussion import (
    chip_hat,
    chip_kick,
    chip_snare,
    closed_hat,
    crackle,
    dusty_snare,
    rim,
    shaker,
    snare,
    soft_kick,
)
from apps.console.demo.composer.style import Player, Style
from apps.console.demo.composer.theory import MODES

CHIPTUNE = Style(
    genre="Chiptune",
    tempo=(138, 158),
    forms=(
        "intro:4 verse:8 chorus:8 verse:8 chorus:8 ending:1",
        "intro:4 verse:8 chorus:8 bridge:4 chorus:8 ending:1",
        "verse:8 chorus:8 bridge:8 chorus:8 ending:1",
    ),
    modes={
        "major": {
            "verse": ("I | V | vi | IV", "I | IV | ii | V", "I | iii | IV | V"),
            "chorus": ("IV | V | iii | vi | IV | V | I | I", "bVI | bVII | I | I"),
            "bridge": ("vi | ii | IV | V",),
        },
        "minor": {
            "verse": ("i | bVII | bVI | bVII", "i | i | iv | v"),
            "chorus": ("bIII | bVII | bVI | V7", "bVI | bVII | i | i"),
            "bridge": ("iv | i | bVI | V7",),
        },
    },
    players=(
        Player(
            (square, pulse),
            tune(
                Singer(
                    ((0.5, 0.5, 1, 0.5, 0.5, 1, 1, 1, 2), (1, 0.5, 0.5, 1, 1, 0.5, 0.5, 1, 2), (0.5, 0.5, 0.5, 0.5, 2, 0.5, 0.5, 1, 2)),
                    67,
                    88,
                    0.8,
                    0.85,
                )
            ),
            -8,
            sections="verse chorus bridge ending",
            pan=0.15,
            room=0.06,
            echo=0.3,
        ),
        Player((thin_pulse,), arpeggio((0, 1, 2, 1), 0.125, 64, 1, 0.5), -15, sections="intro chorus", pan=-0.5, room=0.05),
        Player((pulse,), strummed("..x...x...x...x.", 57, 72, 3), -17, sections="verse bridge ending", pan=-0.4, room=0.05),
        Player((chip_triangle,), bass("1.1.8.1.1.1.8.5.", 36), -7, sections="intro verse chorus bridge ending"),
        Player((chip_kick,), drums("x...x...x...x...", "x...x...x..xx..."), -10, sections="verse chorus"),
        Player(
            (chip_snare,),
            drums("....x.......x...", "....x..o....x.xx", fill="....x...x.x.xxxx"),
            -9,
            sections="verse chorus bridge",
            pan=0.05,
        ),
        Player((chip_hat,), drums("o.x.o.x.o.x.o.x."), -11, sections="chorus", pan=0.2),
    ),
    hall=Hall(seconds=0.6, brightness=1.0, echo_beats=0.75, feedback=0.4, low=40, tilt=-0.5),
)

DUB = Style(
    genre="Dub",
    tempo=(70, 78),
    forms=("intro:2 verse:8 bridge:4 verse:4 ending:1", "intro:4 verse:8 chorus:4 ending:1", "verse:8 bridge:4 chorus:8 ending:1"),
    modes={
        "minor": {"verse": ("i | i | iv | i", "i | bVII | i | bVII"), "chorus": ("bVI | bVII | i | i",), "bridge": ("iv | i | iv | v7",)},
        "dorian": {"verse": ("i | IV | i | IV", "i7 | i7 | IV | bVII"), "chorus": ("bIII | IV | i | i",), "bridge": ("IV | IV | i | i",)},
    },
    players=(
        Player((sub_bass,), bass("1..1-...5.1-..8.", 31), -5, sections="verse chorus ending"),
        Player((sub_bass,), bass("1---....1-......", 31), -5, sections="intro bridge"),
        Player((organ_stab,), strummed("..x...x...x...x.", 57, 73, 3), -11, sections="verse chorus", pan=-0.2, room=0.35, echo=0.45),
        Player((organ_stab,), strummed("..x.............", 57, 73, 3), -10, sections="intro bridge ending", pan=0.2, room=0.5, echo=0.9),
        Player((soft_kick,), drums("........X.......", "........X.....o."), -4, sections="verse chorus", room=0.1),
        Player(
            (snare,),
            drums("........x.......", "........x......o", fill="........x..ox.xo"),
            -13,
            sections="verse chorus",
            room=0.6,
            echo=0.35,
        ),
        Player((rim,), drums("...............x", "......x........."), -15, sections="verse bridge", pan=0.4, room=0.4, echo=0.8),
        Player((closed_hat,), drums("x.oox.oox.oox.oo"), -15, sections="verse chorus", pan=0.3),
        Player(
            (soft_lead,),
            tune(
                Singer(
                    ((1, 1, 2, -4), (-2, 0.5, 0.5, 1, 2, -2), (3, -1, 1, 1, -2), (-4, 1, 1, 2)),
                    62,
                    79,
                    0.7,
                    0.95,
                    MODES["minor pentatonic"],
                )
            ),
            -11,
            sections="chorus verse",
            pan=0.1,
            room=0.5,
            echo=0.6,
        ),
    ),
    swing=0.16,
    hall=Hall(seconds=2.8, brightness=0.6, echo_beats=0.75, feedback=0.68, tilt=1.0),
)

BEATS = Style(
    genre="Lo-Fi",
    tempo=(74, 86),
    forms=("intro:4 verse:8 chorus:8 ending:1", "intro:2 verse:8 bridge:4 chorus:8 ending:1", "intro:4 verse:8 chorus:4 verse:4 ending:1"),
    modes={
        "major": {
            "verse": ("ii9 | V13 | Imaj9 | vi9", "Imaj9 | iii7 | IVmaj9 | iv9", "IVmaj9 | iii7 | ii9 | Imaj9"),
            "chorus": ("IVmaj9 | V6 | iii7 | vi9", "ii9 | iii7 | IVmaj9 | Vsus4"),
            "ending": ("Imaj9",),
        },
        "dorian": {
            "verse": ("i9 | IV9 | i9 | bVIImaj7", "i9 | v7 | bVImaj7 | bVII6"),
            "chorus": ("bIIImaj9 | bVII6 | i9 | IV9",),
            "ending": ("i9",),
        },
    },
    players=(
        Player((electric_piano, felt_piano), strummed("X.....x.....o...", 52, 71, 4, 0.02), -8, width=0.35, room=0.25, loose=0.014),
        Player((sub_bass,), bass("1--1....1-..5-..", 33), -8, sections="verse chorus ending", loose=0.006),
        Player((soft_kick,), drums("X.....x...X.....", "X..x..x...X.....", "X.....x...X....x"), -5, sections="verse chorus", loose=0.006),
        Player(
            (dusty_snare,),
            drums("....X.......X...", "....X.......X..o", "....X..o....X..."),
            -9,
            sections="verse chorus bridge",
            room=0.2,
            loose=0.008,
        ),
        Player((closed_hat,), drums("x.x.x.xox.x.x.x.", "x.x.xox.x.x.xoxo"), -15, sections="verse chorus", pan=0.25, loose=0.008),
        Player((shaker,), drums("o.x.o.x.o.x.o.x."), -19, sections="bridge chorus", pan=-0.4),
        Player(
            (vibraphone, felt_piano, nylon_string),
            tune(
                Singer(
                    (
                        (-0.5, 0.5, 0.5, 0.5, 2, -1, 1, 2),
                        (1, 0.5, 0.5, 2, -4),
                        (-1, 0.5, 0.5, 1, 1, 0.5, 0.5, 1, -2),
                        (0.5, 1, 0.5, 2, 1, 3),
                    ),
                    67,
                    86,
                    0.6,
                    1.0,
                    MODES["major pentatonic"],
                )
            ),
            -7,
            sections="verse chorus ending",
            pan=0.15,
            room=0.35,
            echo=0.25,
            loose=0.016,
        ),
        Player((electric_piano,), arpeggio((0, 1, 2, 3, 4, 3, 2, 1), 0.5, 64, 1, 0.4), -15, sections="bridge", width=0.5, room=0.4),
        Player((crackle,), drone(60), -6, room=0.0),
        Player((electric_piano,), chords(60, 77, 3, 0.35, 0.9), -16, sections="chorus", width=0.5, room=0.4),
    ),
    swing=0.2,
    hall=Hall(seconds=1.2, brightness=0.5, echo_beats=0.75, feedback=0.35, high=8500, tilt=1.0, wobble=0.0011),
)
