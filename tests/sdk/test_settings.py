import pytest

from botmesh import errors
from botmesh.limits import Limits
from botmesh.settings import MESH_NAMES, NAMES, load
from botmesh.settings import SETTINGS as AGENT_SETTINGS
from botmesh_service.settings import SETTINGS, ServiceSettings
from botmesh_service.settings import load as load_service


def test_without_anything_the_built_in_values_hold():
    settings = load(environ={})
    assert settings.registry == "127.0.0.1:7600"
    assert settings.limits == Limits()
    assert set(settings.sources.values()) == {"built-in"}
    assert set(settings.sources) == set(AGENT_SETTINGS)
    assert set(load_service(environ={}).sources) == set(SETTINGS)


def test_the_sdk_knows_the_names_of_the_services_settings_and_reads_none():
    assert tuple(SETTINGS) == NAMES
    assert set(SETTINGS) - set(AGENT_SETTINGS) == set(MESH_NAMES)
    assert not [name for name in MESH_NAMES if hasattr(load(environ={}), name)]


def test_one_file_serves_a_bot_and_a_mesh(tmp_path):
    file = tmp_path / "botmesh.toml"
    file.write_text('account = "acme"\nprimary = "reception-bot"\nmax_hops = 3\ntask_concurrency = 4\n')
    bot, mesh = load(file=file, environ={}), load_service(file=file, environ={"BOTMESH_SILENCE": "5m"})
    assert (bot.account, bot.limits.max_hops) == (mesh.account, mesh.limits.max_hops) == ("acme", 3)
    assert isinstance(mesh, ServiceSettings)
    assert (mesh.primary, mesh.task_concurrency, mesh.silence) == ("reception-bot", 4, 300)
    assert mesh.sources["primary"] == f"file {file}"


def test_later_wins(tmp_path):
    file = tmp_path / "mesh.toml"
    file.write_text('account = "from-file"\ndrain_timeout = "5s"\nejection_time = 7\n')
    settings = load(
        file=file,
        environ={"BOTMESH_ACCOUNT": "from-env", "BOTMESH_EJECTION_TIME": "1m"},
        flags={"account": "from-flag"},
    )
    assert (settings.account, settings.drain_timeout, settings.ejection_time) == ("from-flag", 5.0, 60.0)
    assert settings.sources["account"] == "flag --account"
    assert settings.sources["ejection_time"] == "environment BOTMESH_EJECTION_TIME"
    assert settings.sources["drain_timeout"] == f"file {file}"


def test_a_limit_only_narrows(tmp_path):
    file = tmp_path / "mesh.toml"
    file.write_text("max_hops = 4\nenabled = false\n")
    settings = load(file=file, environ={"BOTMESH_MAX_HOPS": "9", "BOTMESH_ENABLED": "true"}, flags={"max_hops": "3"})
    assert settings.limits.max_hops == 3
    assert settings.limits.enabled is False
    assert settings.sources["enabled"] == f"file {file}"
    assert load(file=file, environ={"BOTMESH_MAX_HOPS": "9"}).limits.max_hops == 4


def test_only_limits_that_are_said_narrow_the_meshs(tmp_path):
    settings = load(environ={"BOTMESH_MAX_DELEGATIONS": "3"})
    mesh = Limits(max_hops=9, max_delegations=20)
    narrowed = mesh.narrow(settings.narrowing)
    assert (narrowed.max_hops, narrowed.max_delegations) == (9, 3)


def test_a_mesh_may_allow_more_than_is_built_in(tmp_path):
    file = tmp_path / "mesh.toml"
    file.write_text('max_hops = 9\nmax_timeout = "10m"\nmax_message_bytes = "2MiB"\n')
    limits = load(file=file, environ={}).limits
    assert (limits.max_hops, limits.max_timeout, limits.max_message_bytes) == (9, 600.0, 2 * 1024 * 1024)


def test_a_bots_csv_is_read(tmp_path):
    rows = tmp_path / "config.csv"
    rows.write_text(
        "name,value\na2a-enabled,true\na2a-timeout,12\na2a-max-hops,2\na2a-retry-count,1\n"
        "a2a-queue-size,50\na2a-persist-messages,true\na2a-protocol-version,1.0\n"
    )
    settings = load(csv=rows, environ={})
    assert (settings.limits.default_timeout, settings.limits.max_hops, settings.limits.max_retries) == (12.0, 2, 1)
    assert (settings.queue_size, settings.persist_messages, settings.protocol_version) == (50, True, "1.0")
    assert settings.sources["max_hops"] == f"config.csv {rows}"


def test_a_csv_of_other_programs_that_lies_here_is_left_alone(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "config.csv").write_text("name,value\ntheme-color,blue\na2a-max-hops,2\n")
    assert load().limits.max_hops == 2
    (tmp_path / "config.csv").write_text("a2a-max-hop,2\n")
    with pytest.raises(errors.InvalidField, match="a2a-max-hops"):
        load()


@pytest.mark.parametrize(
    ("kwargs", "suggestion"),
    [
        ({"environ": {"BOTMESH_REGISTY": "x"}}, "BOTMESH_REGISTRY"),
        ({"environ": {}, "flags": {"max_hop": "3"}}, "max_hops"),
        ({"environ": {"BOTMESH_PRIMAR": "x"}}, "BOTMESH_PRIMARY"),
        ({"environ": {}, "flags": {"task_concurency": "3"}}, "task_concurrency"),
    ],
)
@pytest.mark.parametrize("read", [load, load_service])
def test_an_unknown_name_suggests_the_nearest(kwargs, suggestion, read):
    with pytest.raises(errors.InvalidField, match=suggestion):
        read(**kwargs)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("registry", "nowhere"),
        ("registry", "127.0.0.1:70000"),
        ("account", "a b"),
        ("max_hops", "-1"),
        ("max_hops", "three"),
        ("max_hops", "99999999999"),
        ("max_timeout", "99999999999h"),
        ("idempotency_bytes", "99999999999999GiB"),
        ("drain_timeout", "soon"),
        ("max_message_bytes", "1MB"),
        ("enabled", "maybe"),
        ("log_level", "loud"),
    ],
)
def test_a_bad_value_names_the_setting_its_source_and_what_is_expected(name, value):
    with pytest.raises(errors.InvalidField) as caught:
        load(environ={SETTINGS[name].variable: value})
    for word in (name, SETTINGS[name].variable, SETTINGS[name].expects, value):
        assert word in caught.value.text


def test_marks_that_spreadsheets_and_editors_put_in_front_are_read_over(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "config.csv").write_text("a2a-max-hops,2\n", encoding="utf-8-sig")
    (tmp_path / "botmesh.toml").write_text("max_retries = 1\n", encoding="utf-8-sig")
    limits = load().limits
    assert (limits.max_hops, limits.max_retries) == (2, 1)


def test_an_empty_file_variable_names_no_file():
    assert load(environ={"BOTMESH_CONFIG": ""}).limits == Limits()


def test_a_csv_that_is_none_is_refused(tmp_path):
    (tmp_path / "bad.csv").write_text("a2a-max-hops," + "x" * 200_000)
    with pytest.raises(errors.InvalidField, match="cannot read"):
        load(csv=tmp_path / "bad.csv", environ={})


def test_a_file_that_is_missing_or_no_toml_is_refused(tmp_path):
    with pytest.raises(errors.InvalidField, match="cannot read"):
        load(file=tmp_path / "none.toml", environ={})
    (tmp_path / "bad.toml").write_text("= 3")
    with pytest.raises(errors.InvalidField, match="not TOML"):
        load(file=tmp_path / "bad.toml", environ={})


def test_every_setting_parses_its_own_default():
    for setting in SETTINGS.values():
        assert setting.parse(str(setting.default)) == setting.default, setting.name
        assert setting.doc


def test_another_version_of_the_protocol_is_refused():
    with pytest.raises(errors.InvalidField, match=r"must be 1\.0"):
        load(environ={"BOTMESH_PROTOCOL_VERSION": "0.3"})
