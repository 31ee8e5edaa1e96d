"""What is told to be typed, as a line that can be: words quoted for sh, PowerShell and cmd alike; files by name."""

import re
import shlex

_PLAIN = re.compile(r"[\w@%+=:,./\\~-]+")
_COMMAND = re.compile(r"\bcertwright(?: [a-z][a-z-]*)+ FILE\b|\b(?:keytool|openssl) [^`]*")
_FILE = re.compile(r"\bFILE(\.\w+)?\b")


def typed(word: object) -> str:
    """A word as it is typed; a path, for example."""
    text = str(word)
    if _PLAIN.fullmatch(text):
        return text
    return f'"{text}"' if not set(text) & set('"$`\\!%') else shlex.quote(text)


def naming(text: str, file: object) -> str:
    """A text with that file in its commands, where they say FILE."""
    return _COMMAND.sub(lambda command: _FILE.sub(lambda at: typed(f"{file}{at[1] or ''}"), command[0]), text)
