from __future__ import annotations

import subprocess
import sys

import pytest

from ports.transcoder.containers import OGG
from ports.transcoder.interface import MediaRefused
from ports.transcoder.probe import read_probe
from ports.transcoder.process import Limits

SECONDS = 10
"""Of processor time: many times what an honest search takes, and far less than a search that goes back and forth."""
LONG_WORDS = f"""
import resource
resource.setrlimit(resource.RLIMIT_CPU, ({SECONDS}, {SECONDS}))

from ports.transcoder.containers import OGG
from ports.transcoder.probe import read_probe
from ports.transcoder.process import Limits

words = "  Stream #0:0" + ": Audio: x, 1 Hz" * 4000 + "\\n"
print(read_probe(OGG, words * 40 + "  Stream #0:0: Audio: vorbis, 44100 Hz, stereo, fltp\\n", Limits()).sample_rate)
"""


class TestReadProbe:
    def test_no_words_in_a_file_make_the_search_take_hours(self):
        searched = subprocess.run([sys.executable, "-c", LONG_WORDS], capture_output=True, text=True, check=True)
        assert searched.stdout == "44100\n"

    @pytest.mark.parametrize("layout", ["many channels", "channels", "²2 channels", "9" * 50 + " channels"])
    def test_a_layout_that_is_no_number_is_too_many(self, layout: str):
        with pytest.raises(MediaRefused, match="at most 8 channels"):
            read_probe(OGG, f"  Stream #0:0: Audio: vorbis, 44100 Hz, {layout}, fltp\n", Limits())

    def test_a_number_without_end_is_none(self):
        endless = "9" * 5000
        with pytest.raises(MediaRefused, match="no sound in it"):
            read_probe(OGG, f"  Stream #0:0: Audio: vorbis, {endless} Hz, stereo, fltp\n", Limits())
        lasting = f"  Duration: {endless}:00:00.00\n  Stream #0:0: Audio: vorbis, 44100 Hz, stereo, fltp\n"
        assert read_probe(OGG, lasting, Limits()).seconds is None
