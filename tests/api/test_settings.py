"""The settings of a server."""

from pathlib import Path

import pytest

from paperkin.api.settings import SETTINGS, Settings, read_settings, settings_table
from paperkin.index.errors import InputError

DOCS = Path(__file__).resolve().parents[2] / "docs" / "settings.md"


def test_the_docs_tell_each_setting_as_it_is() -> None:
    told = DOCS.read_text("utf-8")
    begin, end = "<!-- settings -->\n", "<!-- end of settings -->"
    table = told.partition(begin)[2].partition(end)[0].strip()
    assert table == settings_table().strip(), "put the new table there: scripts/renew"


def test_flags_count_before_the_environment_and_that_before_the_file(tmp_path: Path) -> None:
    file = tmp_path / "paperkin.toml"
    file.write_text(
        '[serve]\nport = 1\nrate = 2\nhost = "::1"\ncors = ["https://a.example/"]\n'
        "log-queries = true\n"
    )
    assert read_settings({}, {}) == Settings()
    assert read_settings({}, {}, file) == Settings(
        port=1, rate=2, host="::1", cors=("https://a.example",), log_queries=True
    )
    environment = {
        "PAPERKIN_CONFIG": str(file),
        "PAPERKIN_PORT": "3",
        "PAPERKIN_RATE": "4",
        "PAPERKIN_LOG_QUERIES": "no",
        "PAPERKIN_CORS": "https://B.example/, http://c.example:8080",
    }
    found = read_settings({"rate": "5", "public": True, "log": None}, environment)
    assert (found.port, found.rate, found.host, found.public) == (3, 5, "::1", True)
    assert found.cors == ("https://b.example", "http://c.example:8080")
    assert found.log_queries is False


@pytest.mark.parametrize(
    ("flags", "environment", "file", "said"),
    [
        ({"port": "70000"}, {}, "", "'70000' is no value for --port. It may be: 0 to 65535."),
        ({"port": "-1"}, {}, "", "'-1' is no value for --port"),
        ({}, {"PAPERKIN_PORT": "http"}, "", "'http' is no value for the environment's PAPERKIN_PO"),
        ({}, {"PAPERKIN_PUBLIC": "maybe"}, "", "It may be: true, false."),
        ({"log": "loud"}, {}, "", "It may be: info, warning, error, off."),
        ({}, {}, "[serve]\nport = true", "True is no value for port in "),
        ({}, {}, "[serve]\nport = '1.5'", "'1.5' is no value for port in "),
        ({}, {}, "[serve]\nprot = 1", "have 'prot', which is none. There are: host, port,"),
        ({}, {}, "port = 1", "have 'port', where only a table [serve] may be"),
        ({}, {}, "[serve", "are no TOML: "),
        ({}, {}, "serve = 3", "have 'serve', where only a table"),
        ({}, {}, "[serve]\ncors = 7", "7 is no value for cors in "),
        (
            {"cors": "notes.example"},
            {},
            "",
            "'notes.example' is no value for --cors. It may be: or",
        ),
        ({"cors": "*, https://a.example/notes"}, {}, "", "is no value for --cors."),
        ({}, {"PAPERKIN_CONFIG": "/nowhere/at.toml"}, "", "cannot be read (No such file"),
    ],
)
def test_a_value_that_is_none_is_named_with_where_it_is(
    tmp_path: Path, flags: dict[str, object], environment: dict[str, str], file: str, said: str
) -> None:
    path = tmp_path / "paperkin.toml"
    path.write_text(file)
    with pytest.raises(InputError) as caught:
        read_settings(flags, environment, path if file else None)
    assert said in str(caught.value)


def test_each_setting_has_its_three_names() -> None:
    names = [(each.name, each.flag, each.variable) for each in SETTINGS]
    assert ("body_limit", "--body-limit", "PAPERKIN_BODY_LIMIT") in names
    assert len({flag for _, flag, _ in names}) == len(SETTINGS)
