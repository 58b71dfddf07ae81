"""Styles of wood and strings: folk, bossa nova, and patterns for marimbas."""

from __future__ import annotations

from apps.console.demo.composer.melody import Singer, tune
from apps.console.demo.composer.parts import arpeggio, bass, chords, drone, drums, strummed
from apps.console.demo.composer.render import Hall
from apps.console.demo.composer.sound.instruments import glass, nylon_string, soft_lead, steel_string, upright_bass, warm_pad
from apps.console.demo.composer.sound.keys import marimba, sub_bass, vibraphone
from apps.console.demo.composer.sound.percussion import brush, closed_hat, rim, shaker, soft_kick, surdo, woodblock
from apps.console.demo.composer.style import Player, Style
from apps.console.demo.composer.theory import MODES

FOLK = Style(
    genre="Folk",
    tempo=(92, 116),
    forms=(
        "intro:4 verse:8 chorus:8 verse:4 ending:1",
        "intro:2 verse:8 chorus:8 bridge:4 chorus:8 ending:1",
        "verse:8 chorus:4 verse:8 chorus:8 ending:1",
    ),
    modes={
        "major": {
            "verse": ("I | IV | I | V | vi | IV | I V | I", "I | V | vi | IV | I | V | IV | I"),
            "chorus": ("IV | V | I | vi | IV | V | I | I", "vi | IV | I | V"),
            "bridge": ("ii | vi | IV | V",),
        },
        "mixolydian": {
            "verse": ("I | bVII | IV | I", "I | I | bVII | IV"),
            "chorus": ("IV | I | bVII | I", "bVII | IV | I | I"),
            "bridge": ("v | IV | v | bVII",),
        },
        "dorian": {
            "verse": ("i | bVII | i | v", "i | IV | bVII | i"),
            "chorus": ("bIII | bVII | i | bVII", "bIII | IV | i | i"),
            "bridge": ("IV | bVII | IV | v",),
        },
    },
    players=(
        Player((steel_string,), arpeggio((0, 3, 2, 4, 1, 3, 2, 4), 0.5, 45, 2.5, 0.55), -8, pan=-0.35, width=0.15, room=0.25, loose=0.006),
        Player((steel_string,), strummed("X.x.xxox", 50, 71, 4, 0.018), -13, sections="chorus ending", pan=0.45, room=0.25, loose=0.006),
        Player(
            (steel_string, soft_lead),
            tune(Singer(((1, 0.5, 0.5, 1, 1, 1.5, 0.5, 2), (1.5, 0.5, 1, 1, 2, -2), (0.5, 0.5, 1, 2, 1, 1, 2)), 64, 83, 0.9, 1.1)),
            -3,
            sections="verse chorus bridge ending",
            pan=0.1,
            room=0.35,
            loose=0.008,
        ),
        Player((upright_bass,), bass("1---5---", 33), -9, sections="verse chorus bridge ending", room=0.08),
        Player((brush,), drums("x.o.X.o.", "x.o.X.oo"), -14, sections="chorus", pan=0.2, room=0.2),
        Player((soft_kick,), drums("x...o...", "x...o..o"), -12, sections="chorus bridge", room=0.1),
        Player((shaker,), drums("o.x.o.x.o.x.o.x."), -16, sections="chorus", pan=-0.5, room=0.15, chance=0.6),
    ),
    hall=Hall(seconds=1.3, brightness=0.9, low=45),
)

BOSSA = Style(
    genre="Bossa Nova",
    tempo=(124, 140),
    forms=(
        "intro:4 verse:8 chorus:8 verse:8 ending:1",
        "intro:4 verse:16 chorus:8 ending:1",
        "intro:4 verse:8 chorus:8 bridge:8 verse:8 ending:1",
    ),
    modes={
        "major": {
            "verse": ("Imaj7 | Imaj7 | II7 | II7 | ii7 | V7b9 | Imaj7 | V7b9", "Imaj9 | vi7 | ii9 | V13 | iii7 | VI7b9 | ii9 | V13"),
            "chorus": ("IVmaj7 | bVII9 | iii7 | VI7b9 | ii7 | V13 | I69 | I69",),
            "bridge": ("bIIImaj7 | bIIImaj7 | bVI6 | bVI6 | ii7 | V7b9 | Imaj7 | V7",),
            "ending": ("I69",),
        },
        "minor": {
            "verse": ("i6 | i6 | ii7b5 | V7b9 | i6 | IV9 | ii7b5 V7b9 | i6", "i9 | iv9 | bVII13 | bIIImaj7 | bVImaj7 | ii7b5 | V7b9 | i6"),
            "chorus": ("iv7 | bVII9 | bIIImaj7 | bVImaj7 | ii7b5 | V7b9 | i6 | i6",),
            "bridge": ("bVImaj7 | v7 | iv7 | bIIImaj7 | ii7b5 | V7b9 | i6 | V7b9",),
            "ending": ("i9",),
        },
    },
    players=(
        Player((nylon_string,), strummed("x..x..x...x..x..", 52, 71, 4, 0.012), -9, pan=-0.3, width=0.1, room=0.2, loose=0.006),
        Player((upright_bass,), bass("1--15--51--15--5", 33), -8, room=0.05),
        Player(
            (vibraphone, nylon_string),
            tune(
                Singer(
                    (
                        (0.5, 1, 0.5, 1, 1, 1.5, 0.5, 2),
                        (-0.5, 0.5, 1, 1.5, 0.5, 2, -2),
                        (1.5, 1.5, 1, 0.5, 0.5, 1, 2),
                        (-1, 1, 0.5, 0.5, 1, 3, -1),
                    ),
                    64,
                    84,
                    0.7,
                )
            ),
            -3,
            sections="verse chorus ending",
            pan=0.25,
            room=0.35,
            loose=0.012,
        ),
        Player((vibraphone,), chords(60, 77, 3, 0.35, 0.9), -15, sections="bridge chorus", pan=0.3, width=0.3, room=0.4),
        Player((rim,), drums("x..x..x...x..x..", "x..x..x...x.x..."), -15, sections="verse chorus bridge", pan=0.35, room=0.25),
        Player((shaker,), drums("xoXoxoXoxoXoxoXo"), -13, sections="intro verse chorus bridge", pan=-0.45, room=0.15),
        Player((surdo,), drums("o...x...o...x...", "o...x...o.o.x..."), -13, sections="verse chorus bridge", room=0.1),
    ),
    swing=0.08,
    hall=Hall(seconds=1.2, brightness=0.8, tilt=0.5),
)

PATTERNS = Style(
    genre="Minimal",
    tempo=(112, 126),
    forms=(
        "intro:4 verse:8 chorus:8 bridge:4 chorus:8 ending:1",
        "intro:8 verse:8 chorus:8 verse:4 ending:1",
        "intro:4 verse:8 bridge:8 chorus:12 ending:1",
    ),
    modes={
        "dorian": {
            "verse": ("i | i | IV | IV", "i9 | i9 | bVII6 | IV"),
            "chorus": ("bIIImaj7 | IV | i | v7",),
            "bridge": ("bVIImaj7 | bVIImaj7 | i | i",),
        },
        "lydian": {
            "verse": ("I | I | II | II", "Imaj7 | vi7 | II | Imaj7"),
            "chorus": ("vi7 | II | Imaj7 | iii7",),
            "bridge": ("iii7 | iii7 | II | II",),
        },
        "mixolydian": {
            "verse": ("I | I | bVII | bVII", "I6 | v7 | bVII | IV"),
            "chorus": ("IV | I | bVII | v7",),
            "bridge": ("ii7 | ii7 | bVII | bVII",),
        },
    },
    players=(
        Player((marimba,), arpeggio((0, 2, 1, 3, 2, 0, 4, 2, 3, 1), 0.5, 57, 1, 0.6), -7, pan=-0.5, room=0.3),
        # Twelve against ten: the two come together anew every now and then.
        Player(
            (marimba,),
            arpeggio((4, 2, 3, 1, 2, 4, 5, 3, 2, 4, 3, 5), 0.5, 60, 1, 0.5),
            -9,
            sections="verse chorus bridge ending",
            pan=0.5,
            room=0.3,
        ),
        Player((vibraphone,), arpeggio((2, 4, 3), 1.5, 67, 1.5, 0.45), -12, sections="chorus bridge", width=0.4, room=0.5),
        Player((marimba,), bass("1..1..1.1..1..5.", 41), -11, sections="verse chorus", room=0.2),
        Player((warm_pad,), chords(52, 70, 3, 0.35), -17, sections="chorus ending", width=0.6, room=0.5),
        Player(
            (glass,),
            tune(Singer(((4, 4), (3, 3, 2), (2, 2, 4)), 72, 88, 0.4, 1.0, MODES["major pentatonic"])),
            -11,
            sections="chorus",
            room=0.6,
            chance=0.5,
        ),
        Player((woodblock,), drums("x..x..x.x..x..x."), -18, sections="bridge chorus", pan=0.3, room=0.25),
        Player((closed_hat,), drums("o.o.o.o.o.o.o.o."), -20, sections="chorus", pan=-0.3, room=0.1, chance=0.6),
        Player((sub_bass,), drone(33), -20, sections="bridge"),
    ),
    hall=Hall(seconds=1.8, brightness=1.0, low=40, tilt=1.5),
)
