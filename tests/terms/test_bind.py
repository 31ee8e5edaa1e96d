"""Terms from values as TOML gives them, and every refusal with term, parameter, expectation and finding."""

from dataclasses import fields
from datetime import date, datetime

import pytest

from certwright.errors import Refused
from certwright.terms import VOCABULARY, bind, parameters_of
from certwright.terms.word import SILENCES, SetWord


def test_lists_become_tuples_and_text_becomes_a_day() -> None:
    assert bind("names.required", {"names": ["dns:a", "dns:b"]}).names == ("dns:a", "dns:b")  # type: ignore[attr-defined]
    assert bind("key.length", {"allowed": [2048]}).allowed == (2048,)  # type: ignore[attr-defined]
    assert bind("validity.minimum", {"after": "2027-02-03"}).after == date(2027, 2, 3)  # type: ignore[attr-defined]
    assert bind("validity.minimum", {"after": date(2027, 2, 3)}).after == date(2027, 2, 3)  # type: ignore[attr-defined]
    assert bind("usage.authority", {"authority": True}).path_length is None  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("term", "values", "told"),
    [
        ("names.requird", {}, "nobody knows the term 'names.requird'"),
        ("chain.order", {"names": []}, "chain.order: nobody knows the parameter names"),
        ("key.length", {"min": 1, "max": 2}, "key.length: nobody knows the parameter max, min"),
        ("names.required", {}, "names.required: names (list of text: names, each as dns:…, ip:…"),
        ("names.required", {"names": "dns:a"}, "names.required: names must be a list of text, got 'dns:a'"),
        ("names.required", {"names": [1]}, "names.required: names must be a list of text, got [1]"),
        ("key.length", {"minimum": True}, "key.length: minimum must be a whole number, got True"),
        ("key.length", {"minimum": "2048"}, "key.length: minimum must be a whole number, got '2048'"),
        ("key.length", {"allowed": 2048}, "key.length: allowed must be a list of whole numbers, got 2048"),
        ("usage.key-usage", {"all_of": [], "exact": 1}, "usage.key-usage: exact must be a true or false, got 1"),
        ("guidance", {"reason": 3}, "guidance: reason must be a text, got 3"),
        ("guidance", {"reason": {"a": "secret?"}}, "guidance: reason must be a text, got 'dict'"),
        ("validity.minimum", {"after": "in May"}, "validity.minimum: after must be a date, got 'in May'"),
        ("validity.minimum", {"after": datetime(2027, 1, 1)}, "validity.minimum: after must be a date"),
        ("usage.extended", {"all_of": ["webAuth"]}, "usage.extended: nobody knows the usage 'webAuth'"),
        ("usage.key-usage", {"all_of": ["signing"]}, "usage.key-usage: nobody knows signing"),
        ("pfx.encryption", {"allowed": ["3des"]}, "pfx.encryption: allowed is ['3des']"),
        ("pfx.encryption", {"allowed": []}, "pfx.encryption: allowed is []"),
        ("key.provider", {"family": "CNG"}, "key.provider: family is 'CNG'"),
        ("names.address", {"address": "portal"}, "names.address: 'portal' is no IP address"),
        ("file.form", {"form": "PFX"}, "file.form: form is 'PFX'"),
    ],
)
def test_a_refusal_names_term_parameter_and_finding(term: str, values: dict[str, object], told: str) -> None:
    with pytest.raises(Refused) as refusal:
        bind(term, values)
    assert told in str(refusal.value)
    assert refusal.value.hint


def test_an_unknown_term_is_answered_with_those_there_are() -> None:
    with pytest.raises(Refused) as refusal:
        parameters_of("pfx")
    assert "pfx.encryption" in refusal.value.hint


@pytest.mark.parametrize("term", VOCABULARY)
def test_a_term_explains_itself_and_each_of_its_parameters(term: str) -> None:
    word = VOCABULARY[term]
    assert word.__doc__
    assert "\n" not in word.__doc__.strip()
    assert word.__doc__.endswith(".")
    told = parameters_of(term)
    assert [one.name for one in told] == [field.name for field in fields(word)]
    assert all(one.doc and one.kind for one in told)


def test_a_parameter_knows_its_kind_and_default() -> None:
    years, _days, after = parameters_of("validity.minimum")
    assert (years.kind, years.default, years.required) == ("whole number", 0, False)
    assert (after.kind, after.default, after.required) == ("date", None, False)
    (days,) = parameters_of("validity.remaining")
    assert days.required


def test_every_part_a_term_reads_is_one_that_exists() -> None:
    assert {word.reads for word in VOCABULARY.values()} <= {*SILENCES, "file", "network"}
    assert {term for term, word in VOCABULARY.items() if issubclass(word, SetWord)} == {
        term for term in VOCABULARY if term.startswith("set.")
    }
