"""Every implementation of the report dispatch port passes this suite, against real servers."""

from __future__ import annotations

import os
from base64 import b64encode
from collections.abc import Callable, Iterator
from pathlib import Path

import asyncssh
import pytest

from ports.environment import BootError
from ports.report_dispatch.hold import HeldReports
from ports.report_dispatch.interface import DispatchFailed, ReportDispatch
from ports.report_dispatch.s3 import S3Reports
from ports.report_dispatch.sftp import SftpReports
from ports.storage.interface import InvalidKey
from tests.sftp_server import SftpServer, host_key, sftp

PATH = "label/2026-000001/DSR_PADPIDA1_PADPIDA2_Celesta_2026-03-06--2026-03-12_GB_1of1_20260313T020000.tsv"
REPORT = os.urandom(200_000)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    (tmp_path / "report").write_bytes(REPORT)
    return tmp_path / "report"


@pytest.fixture
def sftp_server(tmp_path: Path) -> Iterator[SftpServer]:
    with sftp(tmp_path / "partner") as server:
        yield server


@pytest.fixture
def choose(settings, environment, request) -> Callable[[str], ReportDispatch]:
    def choose(name: str) -> ReportDispatch:
        if name == "hold":
            return HeldReports.from_env(environment)
        if name == "sftp":
            settings.update(request.getfixturevalue("sftp_server").settings())
            return SftpReports.from_env(environment)
        server = request.getfixturevalue("s3_server")
        bucket = settings.setdefault("REPORT_S3_BUCKET", server.new_bucket())
        settings.update(REPORT_S3_BUCKET=bucket, REPORT_S3_ENDPOINT_URL=server.endpoint_url, REPORT_S3_PREFIX="reports")
        return S3Reports.from_env(environment)

    return choose


@pytest.fixture(params=["sftp", "s3", "hold"])
def dispatch(request, choose) -> ReportDispatch:
    return choose(request.param)


@pytest.fixture
def arrived(request, dispatch, settings, environment) -> Callable[[], dict[str, bytes]]:
    """Every file at the partner's."""

    def in_bucket() -> dict[str, bytes]:
        client, bucket = request.getfixturevalue("s3_server").client, settings["REPORT_S3_BUCKET"]
        names = [one["Key"] for one in client.list_objects_v2(Bucket=bucket).get("Contents", ())]
        return {name.removeprefix("reports/"): client.get_object(Bucket=bucket, Key=name)["Body"].read() for name in names}

    def in_folder() -> dict[str, bytes]:
        folder = environment.home / "reports"
        return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}

    if isinstance(dispatch, SftpReports):
        return request.getfixturevalue("sftp_server").files
    return in_bucket if isinstance(dispatch, S3Reports) else in_folder


class TestReportDispatch:
    def test_answers(self, dispatch):
        dispatch.ping()

    def test_hands_the_very_bytes_over_and_says_where_they_lie(self, dispatch, source, arrived):
        assert dispatch.send(PATH, source).endswith(PATH)
        assert arrived() == {PATH: REPORT}

    def test_twice_is_once(self, dispatch, source, arrived):
        assert dispatch.send(PATH, source) == dispatch.send(PATH, source)
        assert arrived() == {PATH: REPORT}

    def test_replaces_nothing(self, dispatch, source, arrived):
        dispatch.send(PATH, source)
        for other in (b"", REPORT[:-1] + bytes([REPORT[-1] ^ 1]), REPORT + b"\0"):
            source.write_bytes(other)
            with pytest.raises(DispatchFailed, match="Another file"):
                dispatch.send(PATH, source)
        assert arrived() == {PATH: REPORT}

    def test_leads_out_of_no_folder(self, dispatch, source, arrived):
        for path in ("../x.tsv", "/etc/passwd", "", "a//b", ".hidden/x", "a/../../x.tsv", "x y.tsv"):
            with pytest.raises(InvalidKey):
                dispatch.send(path, source)
        assert arrived() == {}

    def test_an_empty_report_is_one(self, dispatch, source, arrived):
        source.write_bytes(b"")
        dispatch.send(PATH, source)
        assert arrived() == {PATH: b""}


class TestSftp:
    def test_a_cut_upload_leaves_nothing_to_be_read_and_is_made_good(self, choose, sftp_server, source):
        dispatch = choose("sftp")
        sftp_server.cuts_after = 100_000
        with pytest.raises(DispatchFailed):
            dispatch.send(PATH, source)
        assert PATH not in sftp_server.files()
        assert len(sftp_server.files()) == 1
        dispatch.send(PATH, source)
        assert sftp_server.files() == {PATH: REPORT}

    @pytest.mark.parametrize("algorithm", ["ssh-rsa", "ecdsa-sha2-nistp256"])
    def test_knows_a_server_by_each_kind_of_key(self, settings, environment, source, tmp_path, algorithm):
        with sftp(tmp_path / "partner", host_key(algorithm)) as server:
            settings.update(server.settings())
            SftpReports.from_env(environment).send(PATH, source)
            assert server.files() == {PATH: REPORT}

    @pytest.mark.parametrize("algorithm", ["ssh-ed25519", "ecdsa-sha2-nistp256"])
    def test_tells_nothing_to_a_server_with_another_key(self, settings, environment, sftp_server, source, algorithm):
        other = asyncssh.generate_private_key(algorithm).export_public_key().decode()
        settings.update(sftp_server.settings(), REPORT_SFTP_HOST_KEY=other)
        with pytest.raises(DispatchFailed):
            SftpReports.from_env(environment).send(PATH, source)
        assert (sftp_server.files(), sftp_server.log_ins) == ({}, [])

    def test_logs_in_by_a_private_key(self, settings, environment, source, tmp_path):
        ours = asyncssh.generate_private_key("ssh-ed25519")
        with sftp(tmp_path / "partner", partner=ours) as server:
            key = b64encode(ours.export_private_key()).decode()
            settings.update(server.settings(), REPORT_SFTP_KEY=key, REPORT_SFTP_FOLDER="/inbox/celesta")
            (server.folder / "inbox" / "celesta").mkdir(parents=True)
            del settings["REPORT_SFTP_PASSWORD"]
            assert SftpReports.from_env(environment).send(PATH, source) == f"sftp://127.0.0.1//inbox/celesta/{PATH}"
            assert server.files() == {f"inbox/celesta/{PATH}": REPORT}

    def test_with_a_wrong_password_nothing_is_sent(self, settings, environment, sftp_server, source):
        settings.update(sftp_server.settings(), REPORT_SFTP_PASSWORD="another")
        with pytest.raises(DispatchFailed):
            SftpReports.from_env(environment).send(PATH, source)

    def test_a_server_that_is_gone_is_said(self, settings, environment, source, tmp_path):
        with sftp(tmp_path / "partner") as server:
            settings.update(server.settings())
        with pytest.raises(DispatchFailed, match=r"127\.0\.0\.1"):
            SftpReports.from_env(environment).send(PATH, source)

    @pytest.mark.parametrize("missing", ["REPORT_SFTP_HOST_KEY", "REPORT_SFTP_USER", "REPORT_SFTP_HOST", "REPORT_SFTP_PASSWORD"])
    def test_without_one_of_its_settings_it_does_not_start(self, settings, environment, sftp_server, missing):
        settings.update(sftp_server.settings())
        del settings[missing]
        with pytest.raises(BootError, match=missing):
            SftpReports.from_env(environment)

    @pytest.mark.parametrize(
        ("name", "value"), [("REPORT_SFTP_HOST_KEY", "ssh-ed25519"), ("REPORT_SFTP_HOST_KEY", "ssh-rsa A"), ("REPORT_SFTP_KEY", "bm8ga2V5")]
    )
    def test_a_setting_that_cannot_be_read_does_not_start(self, settings, environment, sftp_server, name, value):
        settings.update(sftp_server.settings(), **{name: value})
        with pytest.raises(BootError, match=name):
            SftpReports.from_env(environment)


class TestOutsideProduction:
    """Nothing leaves this machine, whatever is set."""

    def test_sftp_goes_nowhere_else(self, settings, environment, sftp_server):
        settings.update(sftp_server.settings())
        for host in ("192.0.2.1", "::ffff:192.0.2.1", "2001:db8::1", "0.0.0.0"):
            for name in ("development", "test", "staging"):
                settings.update(REPORT_SFTP_HOST=host, CELESTA_ENV=name)
                with pytest.raises(BootError, match="leave this machine"):
                    SftpReports.from_env(environment)

    def test_sftp_looks_again_before_each_upload(self, choose, sftp_server, source, monkeypatch):
        dispatch = choose("sftp")
        monkeypatch.setattr("socket.getaddrinfo", lambda *_, **__: [(2, 1, 6, "", ("192.0.2.1", 22))])
        with pytest.raises(BootError, match="leave this machine"):
            dispatch.send(PATH, source)

    @pytest.mark.parametrize("endpoint", ["http://192.0.2.1:9000", "https://[2001:db8::1]", None])
    def test_s3_goes_nowhere_else(self, settings, environment, endpoint):
        settings["REPORT_S3_BUCKET"] = "reports"
        if endpoint:
            settings["REPORT_S3_ENDPOINT_URL"] = endpoint
        with pytest.raises(BootError, match="leave this machine"):
            S3Reports.from_env(environment)

    def test_s3_goes_through_no_proxy(self, choose, source, monkeypatch):
        dispatch = choose("s3")
        monkeypatch.setenv("HTTP_PROXY", "http://192.0.2.1:3128")
        dispatch.send(PATH, source)

    def test_in_production_a_partner_may_be_elsewhere(self, settings, environment, sftp_server):
        settings.update(sftp_server.settings(), REPORT_SFTP_HOST="192.0.2.1", CELESTA_ENV="production")
        SftpReports.from_env(environment)
        settings.update(REPORT_S3_BUCKET="reports")
        S3Reports.from_env(environment)


class TestS3:
    def test_the_bucket_of_our_own_objects_is_refused(self, settings, environment):
        settings.update(REPORT_S3_BUCKET="ours", S3_BUCKET="ours")
        with pytest.raises(BootError, match="REPORT_S3_BUCKET"):
            S3Reports.from_env(environment)

    def test_a_bucket_that_is_not_there_is_said(self, choose, settings, source):
        settings["REPORT_S3_BUCKET"] = "nobodys"
        dispatch = choose("s3")
        with pytest.raises(DispatchFailed):
            dispatch.ping()
        with pytest.raises(DispatchFailed):
            dispatch.send(PATH, source)

    @pytest.mark.parametrize(("name", "value"), [("REPORT_S3_PREFIX", "../x"), ("REPORT_S3_ENDPOINT_URL", "ftp://127.0.0.1")])
    def test_a_setting_that_cannot_be_read_does_not_start(self, settings, environment, name, value):
        settings.update({"REPORT_S3_BUCKET": "reports", "REPORT_S3_ENDPOINT_URL": "http://127.0.0.1:1", name: value})
        with pytest.raises(BootError, match=name):
            S3Reports.from_env(environment)


class TestHold:
    def test_a_folder_that_cannot_be_made_stops_the_boot(self, settings, environment, tmp_path):
        (tmp_path / "file").write_text("")
        settings["REPORT_HOLD_PATH"] = str(tmp_path / "file" / "reports")
        with pytest.raises(BootError, match="REPORT_HOLD_PATH"):
            HeldReports.from_env(environment)

    def test_a_report_that_cannot_be_written_is_not_taken(self, choose, environment, source):
        dispatch = choose("hold")
        (environment.home / "reports").rmdir()
        (environment.home / "reports").write_text("")
        with pytest.raises(DispatchFailed):
            dispatch.send(PATH, source)
