from pathlib import Path

from tests.tools.house import circles, floors, measure

HERE = Path(__file__).parents[2]


def test_no_module_of_the_sdk_and_of_the_services_imports_itself_through_others():
    figures = measure(HERE)
    assert {title: found["circles"] for title, found in figures.items()} == {"sdk": [], "services": []}
    assert all(found["modules"] > 50 for found in figures.values())


def test_a_circle_is_found():
    arrows = {"a": {"b"}, "b": {"c"}, "c": {"a"}, "d": {"a"}}
    assert circles(arrows) == [["a", "b", "c"]]


def test_floors_are_counted_from_the_ground():
    assert floors({"top": {"middle", "ground"}, "middle": {"ground"}, "ground": set()}) == 3
