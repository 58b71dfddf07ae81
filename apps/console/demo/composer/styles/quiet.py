"""Styles for late at night: ambient, a nocturne for piano, and a waltz for music box and celesta."""

from __future__ import annotations

from apps.console.demo.composer.melody import Singer, tune
from apps.console.demo.composer.parts import arpeggio, bass, chords, drone, strummed
from apps.console.demo.composer.render import Hall
from apps.console.demo.composer.sound.instruments import choir, glass, warm_pad
from apps.console.demo.composer.sound.keys import celesta, felt_piano, music_box, piano, sub_bass
from apps.console.demo.composer.sound.percussion import wind
from apps.console.demo.composer.style import Player, Style
from apps.console.demo.composer.theory import MODES

AMBIENT = Style(
    genre="Ambient",
    tempo=(56, 66),
    forms=("intro:4 verse:8 chorus:4 ending:2", "intro:2 verse:8 bridge:4 verse:4 ending:2", "verse:8 chorus:8 ending:2"),
    modes={
        "lydian": {
            "verse": ("Imaj9 | II | Imaj9 | vi11", "Imaj9 | iii7 | II | Imaj9"),
            "chorus": ("vi9 | II | Imaj9 | V6",),
            "bridge": ("vi9 | iii7",),
        },
        "dorian": {
            "verse": ("i9 | IV | i9 | bVIImaj7", "i11 | v7 | IV6 | i9"),
            "chorus": ("bIIImaj9 | bVII6 | IV | i9",),
            "bridge": ("bVIImaj7 | i9",),
        },
    },
    players=(
        Player((warm_pad,), chords(48, 69, 4, 0.6), -11, width=0.7, room=0.6),
        Player((choir,), chords(57, 74, 3, 0.5), -16, sections="chorus bridge ending", width=0.5, room=0.8),
        Player((sub_bass,), drone(33, fifth=False), -13, room=0.05),
        Player(
            (glass, felt_piano),
            tune(Singer(((3, -1, 2, -2), (-1, 3, 4), (-2, 2, -1, 3), (4, -4)), 67, 88, 0.6, 1.6, MODES["major pentatonic"])),
            -5,
            sections="verse chorus ending",
            width=0.5,
            room=0.7,
            echo=0.55,
        ),
        Player((glass,), arpeggio((0, 2, 4, 3, 5, 2), 1.5, 72, 1.2, 0.4), -15, sections="chorus bridge", width=0.9, room=0.7, echo=0.4),
        Player((wind,), drone(60), -18, width=0.0, room=0.3),
    ),
    hall=Hall(seconds=4.2, brightness=0.7, echo_beats=1.5, feedback=0.6, tilt=1.5),
)

NOCTURNE = Style(
    genre="Classical",
    tempo=(60, 72),
    forms=("verse:8 chorus:8 verse:4 ending:2", "intro:2 verse:8 bridge:4 chorus:4 ending:2", "intro:2 verse:8 chorus:8 ending:2"),
    modes={
        "minor": {
            "verse": ("i | iv | VII7 | bIIImaj7 | bVImaj7 | ii7b5 | V7 | i", "i | bVI | iv | V7 | i | bVI | ii7b5 V7 | i"),
            "chorus": ("bIII | bVII | i | v7 | bVI | bIII | ii7b5 | V7",),
            "bridge": ("bVImaj7 | iv | bII | V7",),
            "intro": ("i | V7",),
        },
        "major": {
            "verse": ("I | vi | ii7 | V7 | iii7 | vi | ii7 V7 | I", "I | iii7 | IV | iv | I | vi | ii7 | V7"),
            "chorus": ("vi | iii | IV | I | ii7 | V7 | I | V7",),
            "bridge": ("bVI | bIII | iv | V7",),
            "intro": ("I | V7",),
        },
    },
    players=(
        Player(
            (piano,),
            tune(Singer(((1.5, 0.5, 1, 1, 3, -1), (2, 1, 1, 1.5, 0.5, 2), (1, 0.5, 0.5, 2, 3, -1), (3, 1, 2, -2)), 67, 89, 0.72, 1.05)),
            -5,
            sections="verse chorus bridge ending",
            width=0.3,
            room=0.45,
            loose=0.012,
        ),
        Player(
            (piano,),
            arpeggio((0, 2, 4, 5, 4, 2), 0.6667, 43, 2.2, 0.34),
            -10,
            sections="intro verse bridge",
            width=0.45,
            room=0.4,
            loose=0.01,
        ),
        Player((piano,), arpeggio((0, 2, 3, 5, 6, 5, 3, 2), 0.5, 41, 2.2, 0.40), -9, sections="chorus", width=0.45, room=0.4, loose=0.01),
        Player((piano,), bass("1-------", 33), -12, room=0.4, loose=0.008),
        Player((piano,), chords(50, 66, 4, 0.4), -12, sections="ending", width=0.3, room=0.4, loose=0.02),
    ),
    hall=Hall(seconds=2.6, brightness=0.9, tilt=1.0),
)

WALTZ = Style(
    genre="Instrumental",
    tempo=(104, 132),
    beats=3,
    forms=(
        "intro:4 verse:8 chorus:8 verse:8 ending:2",
        "intro:4 verse:8 chorus:8 bridge:8 chorus:8 ending:2",
        "verse:8 chorus:8 verse:8 chorus:8 ending:2",
    ),
    modes={
        "major": {
            "verse": ("I | I | V7 | V7 | V7 | V7 | I | I", "I | vi | ii7 | V7 | I | vi | ii7 V7 | I"),
            "chorus": ("IV | I | V7 | I | IV | I | II7 | V7",),
            "bridge": ("vi | iii | IV | I | ii7 | vi | II7 | V7",),
            "intro": ("I | V7 | I | V7",),
        },
        "harmonic minor": {
            "verse": ("i | i | V7 | V7 | iv | i | V7 | i", "i | iv | V7 | i | bVI | iv | V7 | i"),
            "chorus": ("bIII | bVII | i | V7 | iv | i | V7 | i",),
            "bridge": ("bVI | bIII | bVI | bIII | iv | i | V7 | V7",),
            "intro": ("i | V7 | i | V7",),
        },
    },
    players=(
        Player(
            (music_box,),
            tune(Singer(((1, 1, 1, 2, 1), (1.5, 0.5, 1, 3), (1, 0.5, 0.5, 1, 2, 1), (2, 1, 3)), 76, 96, 0.75)),
            -6,
            sections="verse bridge ending",
            width=0.4,
            room=0.4,
            loose=0.008,
        ),
        Player(
            (celesta,),
            tune(Singer(((1, 0.5, 0.5, 1, 1, 1, 1), (2, 1, 1.5, 0.5, 1), (1, 1, 1, 3)), 74, 93, 0.8)),
            -9,
            sections="chorus",
            width=0.4,
            room=0.45,
        ),
        Player((celesta,), bass("1-----", 48), -12, width=0.2, room=0.35),
        Player((music_box,), strummed("..x.x.", 62, 78, 3), -15, width=0.5, room=0.4, loose=0.008),
        Player((celesta,), arpeggio((0, 2, 3, 4, 3, 2), 0.5, 72, 1.0, 0.4), -17, sections="chorus", width=0.6, room=0.5),
        Player((warm_pad,), chords(53, 70, 3, 0.3), -22, sections="chorus bridge ending", width=0.5, room=0.5, chance=0.6),
    ),
    hall=Hall(seconds=2.0, brightness=1.0, low=90, tilt=-1.0),
)
