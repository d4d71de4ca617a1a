from __future__ import annotations

from pathlib import Path

import pytest

from garance.kernel.refusal import Refused
from garance.server.settings import SECRETS, Settings, SettingsWrong, known_settings, public_values, read_settings
from garance.server.words.of_settings import explanations, page, problem_sentence, rows


def written(folder: Path, text: str) -> Path:
    file = folder / "garance.toml"
    file.write_text(text, "utf-8")
    return file


def test_defaults_hold_alone() -> None:
    settings = read_settings(None, {"PATH": "/bin"})
    assert settings == Settings()
    assert settings.listen.host == "127.0.0.1"
    assert settings.hosts is None
    assert not settings.https


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    file = written(tmp_path, '[listen]\nport = 8000\nhost = "0.0.0.0"\n[files]\ntypes = ["image/png"]\n')
    environment = {
        "GARANCE_LISTEN_PORT": "9000",
        "GARANCE_DEMO_ENABLED": "true",
        "GARANCE_LISTEN_PUBLIC_URL": "https://Garance.ville.fr",
        "GARANCE_LISTEN_TRUSTED_PROXIES": "10.0.0.0/8, 127.0.0.1",
        "GARANCE_NODE_TERRITORY": "",
        "GARANCE_SHARED_DATA": "/elsewhere",
    }
    settings = read_settings(file, environment)
    assert (settings.listen.host, settings.listen.port) == ("0.0.0.0", 9000)
    assert settings.files.types == ("image/png",)
    assert settings.demo.enabled
    assert settings.listen.trusted_proxies == ("10.0.0.0/8", "127.0.0.1")
    assert settings.node.territory is None
    assert settings.https
    assert settings.hosts == frozenset({"garance.ville.fr"})


def test_every_problem_is_listed_at_once(tmp_path: Path) -> None:
    file = written(
        tmp_path,
        'colour = "red"\n[listen]\nprot = 1\nport = 70000\npublic_url = "garance.fr/a"\n[oidc]\nissuer = "https://a"\n'
        '[metrics]\naddresses = ["nowhere"]\n[demo]\nenabled = 1\n',
    )
    with pytest.raises(SettingsWrong) as caught:
        read_settings(file, {"GARANCE_LISTEN_HOSTS": "a", "GARANCE_LIMITS_REQUESTS": "many"})
    said = [problem_sentence(each) for each in caught.value.problems]
    assert sorted(said) == sorted(
        [
            "colour (garance.toml) n'existe pas",
            "listen.prot (garance.toml) n'existe pas : voulez-vous dire listen.port ?",
            "listen.port (garance.toml) doit être un nombre entier de 0 à 65535",
            "listen.public_url (garance.toml) doit être un texte de la forme `^https?://[^/?#\\s]+$`",
            "demo.enabled (garance.toml) doit être true ou false",
            "limits.requests (GARANCE_LIMITS_REQUESTS) doit être un nombre entier de 1 à 1000000",
            "GARANCE_LISTEN_HOSTS (env) n'existe pas : voulez-vous dire GARANCE_LISTEN_HOST ?",
            "oidc.client_id et oidc.issuer ne vont pas ensemble ainsi",
            "metrics.addresses (nowhere) doit être une adresse ou un réseau (192.0.2.0/24)",
        ]
    )
    assert problem_sentence(caught.value.problems[2], "en").endswith("must be a whole number from 0 to 65535")
    assert caught.value.detail["count"] == 9


@pytest.mark.parametrize("text", ["[listen\n", "\xff"])
def test_an_unreadable_file_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "garance.toml"
    file.write_bytes(text.encode("latin1"))
    with pytest.raises(Refused, match="settings-unreadable"):
        read_settings(file, {})
    with pytest.raises(Refused, match="settings-unreadable"):
        read_settings(tmp_path / "absent.toml", {})


def test_each_setting_is_explained() -> None:
    assert set(explanations()) == {each.name for each in known_settings()}
    assert all(row.name in page() and row.told.endswith(".") for row in rows())


def test_secrets_stay_inside() -> None:
    names = {each.name for each in known_settings()}
    assert names >= SECRETS
    settings = read_settings(None, {"GARANCE_METRICS_TOKEN": "0123456789abcdef"})
    assert set(public_values(settings)) == names - SECRETS
    assert "0123456789abcdef" not in str(public_values(settings))
