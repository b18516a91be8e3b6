"""asyncssh: many requests, many files and several channels at once."""

import asyncio
import unittest
import warnings

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # its old ciphers
    import asyncssh

from interop_case import InteropCase, only_consign
from payload import KIB, MIB, NAME_MARKER, SIZES, UTF8_NAMES, content, write_file


class AsyncsshTests(InteropCase):
    def connect(self, account: str) -> "asyncssh.SSHClientConnection":
        login = self.site.login(account)
        return asyncssh.connect(login.host, login.port, username=login.user, client_keys=[str(login.key)],
                                known_hosts=str(login.known_hosts), config=None, agent_path=None)

    def with_sftp(self, account: str, work) -> None:
        async def session() -> None:
            async with self.connect(account) as connection, connection.start_sftp_client() as sftp:
                await work(sftp)
        asyncio.run(session())

    def test_every_size_goes_both_ways(self) -> None:
        files = [write_file(self.local / f"{NAME_MARKER}-{size}", size) for size in SIZES]

        async def put(sftp) -> None:
            for file in files:
                await sftp.put(str(file), file.name)

        async def get(sftp) -> None:
            for file in files:
                await sftp.get(file.name, f"{file}.back")
                self.assert_same(file, file.with_name(file.name + ".back"))
        self.with_sftp("lab", put)
        self.with_sftp("partner", get)
        for file in files:
            self.assert_delivered(file, file.name)
        self.assert_session("AsyncSSH")

    def test_small_blocks_with_many_requests_open(self) -> None:
        file = write_file(self.local / "file", 4 * MIB + 321)
        self.with_sftp("lab", lambda sftp: sftp.put(str(file), "blocks", block_size=7001, max_requests=256))
        self.assert_delivered(file, "blocks")
        self.with_sftp("partner", lambda sftp: sftp.get("blocks", str(self.local / "back"), block_size=5003,
                                                        max_requests=256))
        self.assert_same(file, self.local / "back")

    def test_many_files_at_once_in_one_session(self) -> None:
        files = [write_file(self.local / f"{NAME_MARKER}-{number}", number * 10 * KIB) for number in range(40)]

        async def put(sftp) -> None:
            await sftp.mkdir("at-once")
            await asyncio.gather(*(sftp.put(str(file), f"at-once/{file.name}") for file in files))

        async def get(sftp) -> None:
            await sftp.mget("at-once/*", str(self.local / "back"))
        self.with_sftp("lab", put)
        (self.local / "back").mkdir()
        self.with_sftp("partner", get)
        for file in files:
            self.assert_same(file, self.local / "back" / file.name)

    def test_several_channels_of_one_connection(self) -> None:
        whole = content(MIB, "channels")

        async def channels() -> None:
            async with self.connect("lab") as connection:
                async def one(number: int) -> None:
                    async with connection.start_sftp_client() as sftp:
                        async with sftp.open(f"channel-{number}", "wb") as file:
                            await file.write(whole)
                await asyncio.gather(*(one(number) for number in range(4)))
        asyncio.run(channels())
        for number in range(4):
            self.assertTrue(self.partner.get(f"channel-{number}", self.local / "back").read_bytes() == whole)

    def test_names_renames_and_removals(self) -> None:
        async def work(sftp) -> None:
            await sftp.mkdir("work")
            for name in UTF8_NAMES:
                async with sftp.open(b"work/" + name, "wb") as file:
                    await file.write(name)
            self.assertEqual(sorted(set(await sftp.listdir(b"work")) - {b".", b".."}), sorted(UTF8_NAMES))
            await sftp.posix_rename(b"work/" + UTF8_NAMES[0], b"work/renamed")
            self.assertEqual(await sftp.getsize("work/renamed"), len(UTF8_NAMES[0]))
            await sftp.utime("work/renamed", (1, 1_000_000_000))
            self.assertEqual(await sftp.getmtime("work/renamed"), 1_000_000_000)
            self.assertGreater((await sftp.statvfs("work")).bsize, 0)
            async with sftp.open("work/renamed", "rb") as file:
                self.assertEqual(await file.read(), UTF8_NAMES[0])
                await file.stat()
            async with sftp.open("work/synced", "wb") as file:
                await file.write(b"x")
                await file.fsync()
            await sftp.rmtree("work")
            self.assertFalse(await sftp.exists("work"))
        self.with_sftp("lab", work)

    @only_consign
    def test_links_are_refused(self) -> None:
        async def work(sftp) -> None:
            async with sftp.open("linked", "wb") as file:
                await file.write(b"x")
            for link in (sftp.symlink, sftp.link):
                with self.assertRaises(asyncssh.SFTPError):
                    await link("linked", "link")
            with self.assertRaises(asyncssh.SFTPError):
                await sftp.readlink("linked")
        self.with_sftp("lab", work)


if __name__ == "__main__":
    unittest.main()
