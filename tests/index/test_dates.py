from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paperkin.index.dates import interval, parse_date, year_of


@pytest.mark.parametrize(
    ("raw", "iso"),
    [
        ("2021-06-30", "2021-06-30"),
        ("2021-6-3", "2021-06-03"),
        ("2021-06", "2021-06"),
        ("2021", "2021"),
        ("2021-06-30T23:59:59Z", "2021-06-30"),
        ("2021-06-30 12:00:00+02:00", "2021-06-30"),
        ("20210630", "2021-06-30"),
        ("2021/06/30", "2021-06-30"),
        ("2021/06", "2021-06"),
        ("30 June 2021", "2021-06-30"),
        ("June 30th, 2021", "2021-06-30"),
        ("June 2021", "2021-06"),
        ("Jun. 2021", "2021-06"),
        ("Mon, 2 Apr 2007 19:18:42 GMT", "2007-04-02"),
        ("Wed Jun 30 12:10:05 +0000 2021", "2021-06-30"),
        ("2007 Apr 2", "2007-04-02"),
        ("2007 Apr", "2007-04"),
        ("2007 Jan-Feb", "2007"),
        ("2007 Dec 28-2008 Jan 3", "2007"),
        ("2019.0", "2019"),
        ("2019/05//", "2019-05"),
        ("2019///", "2019"),
        ("2019/05/14/", "2019-05-14"),
        ("1625011200", "2021-06-30"),
        ("1625011200000", "2021-06-30"),
        ("CACM December, 1958", "1958-12"),
        ("03/04/2021", "2021"),
        ("04/04/2021", "2021-04-04"),
        ("25/04/2021", "2021-04-25"),
        ("04/25/2021", "2021-04-25"),
        ("30.06.2021", "2021-06-30"),
        ("12/2021", "2021-12"),
        ("2021年6月30日", "2021-06-30"),
        ("2021-02-31", "2021-02"),
        ("31 June 2021", "2021-06"),
        ("29 February 2020", "2020-02-29"),
        ("2021-13-01", "2021"),
        ("2021-00-00", "2021"),
        ("Spring 2019", "2019"),
        ("(c2019)", "2019"),
        ("2019-2020", "2019"),
        ("2019-20", "2019"),
        ("1000", "1000"),
    ],
)
def test_dates_as_precise_as_known(raw, iso):
    assert parse_date(raw) == iso
    assert parse_date(iso) == iso


@pytest.mark.parametrize("raw", ["", "in press", "n.d.", "0999", "123", "9999", "9999999999"])
def test_what_is_no_date(raw):
    assert parse_date(raw) == ""


def test_years_run_five_years_ahead():
    year = datetime.now(UTC).year
    assert parse_date(str(year + 5)) == str(year + 5)
    assert parse_date(str(year + 6)) == ""


@given(st.dates(min_value=datetime(1000, 1, 1).date(), max_value=datetime(2025, 1, 1).date()))
def test_every_day_is_read_in_every_form(day):
    iso = day.isoformat()
    forms = ["{0:%d} {0:%B} {1}", "{0:%B} {0.day}, {1}", "{1} {0:%b} {0.day}", "{1}/{0:%m}/{0:%d}"]
    for form in (*forms, "{1}{0:%m}{0:%d}"):
        assert parse_date(form.format(day, f"{day.year:04}")) == iso
    assert interval(iso) == (iso, iso)


@given(st.text("0123456789-/.,: TZJanuDec年月日+\ud800", max_size=40))
def test_any_text_is_survived(text):
    iso = parse_date(text)
    assert parse_date(iso) == iso
    first, last = interval(iso)
    assert first <= last
    assert (year_of(iso) is None) == (iso == "")


def test_years_and_intervals():
    assert year_of("2021-06-30") == year_of("2021") == 2021
    assert year_of("") is None
    assert interval("2020") == ("2020-01-01", "2020-12-31")
    assert interval("2020-02") == ("2020-02-01", "2020-02-29")
    assert interval("2021-02") == ("2021-02-01", "2021-02-28")
    assert interval("2021-06-30") == ("2021-06-30", "2021-06-30")
    assert interval("") == ("", "")
