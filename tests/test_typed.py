"""Lines that are told to be typed: they mean the same to every shell, and name the file that is meant."""

import shlex
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certwright.cli.ending import about
from certwright.errors import Refused
from certwright.typed import naming, typed

words = st.text(st.characters(codec="utf-8", exclude_characters="\0\r\n"), min_size=1)


@given(words)
def test_a_shell_reads_the_word_that_was_meant(word: str) -> None:
    if "\\" not in word:  # a shell's escape, and a part of paths elsewhere
        assert shlex.split(typed(word)) == [word]


@pytest.mark.parametrize("word", ["my site.yaml", "a'b", 'a"b', "$HOME", "a`id`", "Ä.yaml", "(1).yaml", "a;b", "!x"])
def test_sh_itself_does(word: str) -> None:
    done = subprocess.run(["sh", "-c", f"printf %s {typed(word)}"], check=True, capture_output=True, text=True)
    assert done.stdout == word


def test_what_every_shell_takes_as_it_is_stays_as_it_is() -> None:
    assert typed(r"C:\pki\farm-2.yaml") == r"C:\pki\farm-2.yaml"
    assert typed("my site.yaml") == '"my site.yaml"', "cmd.exe knows no other marks"


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("certwright ca rotate FILE --issuer x", 'certwright ca rotate "a b" --issuer x'),
        ("`certwright password show FILE x` and `certwright plan FILE`",
         '`certwright password show "a b" x` and `certwright plan "a b"`'),
        ("openssl pkcs8 -topk8 -in FILE -out NEW", 'openssl pkcs8 -topk8 -in "a b" -out NEW'),
        ("keytool -srckeystore FILE -destkeystore FILE.p12", 'keytool -srckeystore "a b" -destkeystore "a b.p12"'),
        ("no FILE of ours, certwright: FILE", "no FILE of ours, certwright: FILE"),
    ],
)  # fmt: skip
def test_commands_name_the_file(text: str, named: str) -> None:
    assert naming(text, "a b") == named


def test_a_file_may_be_called_like_a_command() -> None:
    assert naming("certwright plan FILE", "certwright plan FILE") == 'certwright plan "certwright plan FILE"'


def test_a_refusal_names_the_file_that_it_is_about() -> None:
    with pytest.raises(Refused) as refusal, about(Path("a b.yaml")):
        raise Refused("certwright ca status FILE says why", "certwright apply FILE")
    assert refusal.value.what == 'certwright ca status "a b.yaml" says why'
    assert refusal.value.hint == 'certwright apply "a b.yaml"'
