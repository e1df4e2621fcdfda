from dataclasses import replace
from datetime import UTC, datetime, timedelta

from tui.api.models import DocumentRemark, Index, SkippedDocument
from tui.conversation.index_details import index_details, size_in_words

NOON = datetime(2026, 3, 12, 12, tzinfo=UTC)
CLOUD = Index("idx-1", "Leases", status="ready", last_synced_at=NOON - timedelta(hours=3))
FOLDER = replace(
    CLOUD,
    folder="/home/ada/leases",
    description="/home/ada/leases",
    files=1200,
    size=4_260_000,
    skipped_files=3,
    skipped=(SkippedDocument("a.pdf", "it is encrypted"), SkippedDocument("b.zip", "it is no document")),
    remarks=(DocumentRemark("c.pdf", "page 2 without text"),),
)


def test_of_a_cloud_index_only_what_the_server_tells_is_told() -> None:
    synced = f"{CLOUD.last_synced_at:%Y-%m-%d}"
    state, sync, *rest = index_details(CLOUD, ["a.pdf"], NOON, is_complete=True).split("\n")
    assert state == "State: ready"
    assert sync.startswith(f"Last sync: {synced}")
    assert sync.endswith("3 h ago")
    assert rest == ["", "Documents: 1", "  a.pdf"]


def test_of_a_folder_size_and_skipped_files_are_told_with_the_reasons() -> None:
    lines = index_details(FOLDER, ["a.md", "c.pdf"], NOON, is_complete=False).split("\n")
    assert lines[0] == "Folder: /home/ada/leases"
    assert lines[3:] == [
        "Size: 1,200 documents, 4.3 MB",
        "",
        "Skipped: 3",
        "  a.pdf: it is encrypted",
        "  b.zip: it is no document",
        "  … and 1 more",
        "",
        "Remarks",
        "  c.pdf: page 2 without text",
        "",
        "Documents: the first 2",
        "  a.md",
        "  c.pdf",
    ]


def test_a_failure_is_told_with_its_reason() -> None:
    failed = Index("idx-1", "Leases", status="failed", error_message="the folder is gone")
    assert index_details(failed, [], NOON, is_complete=True).split("\n")[0] == "State: failed: the folder is gone"


def test_small_sizes_are_told_in_kilobytes() -> None:
    assert [size_in_words(size) for size in (0, 1_499, 999_000, 12_000_000)] == ["1 kB", "1 kB", "999 kB", "12.0 MB"]
