"""Jobs and reports on their way between the server and its sync worker."""

from pathlib import Path

import pytest

from tui.local.library.folders import Folder
from tui.local.library.syncing.messages import (
    CancelJob,
    FileProgress,
    ForgetJob,
    JobDone,
    Report,
    Request,
    SyncJob,
    line_of,
    report_in,
    request_in,
)

FOLDER = Folder("idx-1", "Müller's\nnotes", Path("/home/x/caf\udce9"), "a folder")


@pytest.mark.parametrize("request_sent", [SyncJob.of(FOLDER), ForgetJob("idx-1"), CancelJob()])
def test_a_request_arrives_as_it_was_sent(request_sent: Request) -> None:
    line = line_of(request_sent)
    assert line.isascii()
    assert line.find("\n") == len(line) - 1
    assert request_in(line) == request_sent


@pytest.mark.parametrize("report", [FileProgress(3, 7), JobDone(None), JobDone("It is\naway.")])
def test_a_report_arrives_as_it_was_sent(report: Report) -> None:
    assert report_in(line_of(report)) == report


def test_the_folder_of_a_job_is_the_one_that_was_asked_for() -> None:
    assert SyncJob.of(FOLDER).folder == FOLDER
