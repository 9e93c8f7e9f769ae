"""The entry point by which Airflow finds the connection types."""

from importlib.metadata import entry_points, version


def test_installed_project_is_found_as_an_airflow_provider() -> None:
    ours = [
        point
        for point in entry_points(group="apache_airflow_provider")
        if point.dist and point.dist.name == "billetbro"
    ]

    assert [point.value for point in ours] == ["billetbro_airflow.provider:get_provider_info"]
    assert ours[0].load()()["package-name"] == "billetbro"
    assert version("billetbro") == "1.0.0"
