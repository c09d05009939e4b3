"""Photographs: the content decides, everything is re-encoded, metadata is gone."""

import errno
import io
import struct
import threading
import time
import zlib
from pathlib import Path

import pytest
from django.db import transaction
from django.http import Http404
from PIL import Image

from bandeng.foundation.access import Invalid
from bandeng.foundation.files import photos
from bandeng.foundation.files.models import StoredPhoto

pytestmark = pytest.mark.django_db
GPS, MODEL, ORIENTATION = 0x8825, 0x0110, 0x0112


@pytest.fixture
def later(monkeypatch):
    """Files are written after the commit, as in real life."""
    monkeypatch.setattr(photos, "_when_committed", transaction.on_commit)


def encoded(size=(60, 40), kind="JPEG", **save):
    out = io.BytesIO()
    Image.new("RGB", size, (200, 120, 40)).save(out, kind, **save)
    return out.getvalue()


def store(content, name="p.jpg", size=None):
    return photos.store(name, len(content) if size is None else size, io.BytesIO(content))


def with_exif(orientation=1):
    exif = Image.Exif()
    exif[MODEL], exif[ORIENTATION] = "SecretPhone 9", orientation
    exif.get_ifd(GPS).update({1: "N", 2: (30.0, 1.0, 2.0), 3: "E", 4: (100.0, 3.0, 4.0)})
    return encoded(exif=exif, comment=b"SecretComment")


def refused(content, **more):
    with pytest.raises(Invalid) as caught:
        store(content, **more)
    assert caught.value.field == "photos"
    assert not StoredPhoto.objects.exists()


@pytest.mark.parametrize("thumb", [False, True])
def test_metadata_and_position_do_not_survive(thumb):
    source = with_exif()
    assert b"SecretPhone" in source
    content = store(source).path(thumb).read_bytes()
    kept = Image.open(io.BytesIO(content))
    assert not kept.getexif()
    assert not {"exif", "icc_profile", "comment", "xmp"} & kept.info.keys()
    assert b"SecretPhone" not in content
    assert b"SecretComment" not in content


def test_text_inside_a_png_does_not_survive():
    from PIL.PngImagePlugin import PngInfo

    info = PngInfo()
    info.add_text("Author", "SecretName")
    assert b"SecretName" not in store(encoded(kind="PNG", pnginfo=info)).path().read_bytes()


def test_a_photo_taken_on_its_side_is_turned_upright():
    photo = store(with_exif(orientation=6))
    assert (photo.width, photo.height) == (40, 60)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF"])
def test_known_types_are_kept_as_jpeg_whatever_their_name(kind):
    photo = store(encoded(kind=kind), name="anything.txt")
    assert Image.open(photo.path()).format == "JPEG"


@pytest.mark.parametrize(
    "content",
    [b"%PDF-1.7 not a photo", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"<script>alert(1)</script>", b"",
     b"\xff\xd8\xff\xe0 broken", encoded(kind="BMP"), encoded(kind="TIFF")],
    ids=["pdf", "svg", "html", "empty", "broken", "bmp", "tiff"],
)
def test_other_types_are_refused_however_they_are_named(content):
    refused(content, name="holiday.jpg")


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_truncated_photo_is_refused(kind):
    content = encoded((300, 300), kind)
    refused(content[: len(content) // 2])


def png_claiming(width, height):
    """A tiny file that says it is a huge picture."""
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 999)) + chunk(b"IEND", b"")


@pytest.mark.parametrize("side", [8_000, 12_000, 60_000])
def test_a_decompression_bomb_is_refused_before_it_is_unpacked(side):
    refused(png_claiming(side, side))


def test_a_photo_over_the_limit_is_refused_unread():
    class Untouchable(io.BytesIO):
        def read(self, *args):
            raise AssertionError("was read")

    with pytest.raises(Invalid):
        photos.store("big.jpg", 13 * 1024 * 1024, Untouchable())


def test_a_photo_of_ten_megabytes_is_taken():
    assert store(encoded() + b"\0" * 10_000_000)


def test_a_thumbnail_lies_beside_the_photo():
    photo = store(encoded((3000, 1500)))
    assert Image.open(photo.path()).size == (photo.width, photo.height) == (1920, 960)
    assert Image.open(photo.path(thumb=True)).size == (480, 240)


def test_a_small_photo_is_not_blown_up():
    assert store(encoded((60, 40))).width == 60


@pytest.mark.parametrize("error", [TypeError, KeyError, struct.error, ZeroDivisionError])
def test_whatever_a_damaged_photo_raises_is_an_answer_for_its_sender(monkeypatch, error):
    def stumble(image):
        raise error

    monkeypatch.setattr(photos.ImageOps, "exif_transpose", stumble)
    refused(encoded())


def test_too_little_memory_is_not_the_senders_fault(monkeypatch):
    def stumble(image):
        raise MemoryError

    monkeypatch.setattr(photos.ImageOps, "exif_transpose", stumble)
    with pytest.raises(MemoryError):
        store(encoded())
    monkeypatch.undo()
    assert photos.prepare("p.jpg", 1, io.BytesIO(encoded()))  # the next one is not kept waiting


def test_a_large_jpeg_is_unpacked_no_larger_than_needed(monkeypatch):
    seen = []
    real = photos.ImageOps.exif_transpose
    monkeypatch.setattr(photos.ImageOps, "exif_transpose", lambda image: seen.append(image.size) or real(image))
    prepared = photos.prepare("p.jpg", 1, io.BytesIO(encoded((4000, 4000))))
    assert seen == [(2000, 2000)]
    assert (prepared.width, prepared.height) == (1920, 1920)


def test_only_one_photo_is_unpacked_at_a_time(monkeypatch):
    real, inside, most = photos._decode, [], []

    def slow(name, upload):
        inside.append(1)
        most.append(len(inside))
        time.sleep(0.02)
        inside.pop()
        return real(name, upload)

    monkeypatch.setattr(photos, "_decode", slow)
    threads = [threading.Thread(target=photos.prepare, args=("p", 1, io.BytesIO(encoded()))) for _ in range(4)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert most == [1, 1, 1, 1]


def test_preparing_touches_neither_database_nor_disk(django_assert_num_queries, photo_folder):
    with django_assert_num_queries(0):
        photos.prepare("p.jpg", 1, io.BytesIO(encoded()))
    assert not photo_folder.exists()


def test_a_transaction_that_fails_leaves_no_file(photo_folder, later, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True), pytest.raises(ZeroDivisionError), transaction.atomic():
        store(encoded())
        raise ZeroDivisionError
    assert not photo_folder.exists()
    assert not StoredPhoto.objects.exists()


def test_the_files_are_written_when_the_transaction_has_committed(later, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        photo = store(encoded())
        assert not photo.path().exists()
    assert photo.path().exists()
    assert photo.path(thumb=True).exists()


def test_a_full_disk_after_the_commit_is_logged_and_the_photo_not_found(monkeypatch, caplog):
    def full(self, content):
        raise OSError(errno.ENOSPC, "no space")

    monkeypatch.setattr(Path, "write_bytes", full)
    photo = store(encoded())
    assert str(photo.pk) in caplog.text
    with pytest.raises(Http404):
        photos.serve(photo)


def test_a_photo_is_served_as_a_picture_for_this_reader_only():
    response = photos.serve(store(encoded()))
    assert response["Content-Type"] == "image/jpeg"
    assert "private" in response["Cache-Control"]
    assert b"".join(response)


def test_a_lost_file_is_not_found():
    photo = store(encoded())
    photo.path().unlink()
    with pytest.raises(Http404):
        photos.serve(photo)
