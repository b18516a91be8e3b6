// A vault on a disk in memory, and what the tests of it ask again and again.
#pragma once

#include <boost/test/unit_test.hpp>
#include <mutex>
#include <random>

#include "fault/recording_disk.hpp"
#include "storage/vault/vault.hpp"

namespace consign::testing {

/// Repeatable, so that a failure can be had again.
class SeededRandom final : public RandomSource {
  public:
    explicit SeededRandom(std::uint64_t seed) : engine_(seed) {}
    void fill(ByteSpan out) override {
        const std::lock_guard lock(mutex_);
        for (std::uint8_t& byte : out) byte = static_cast<std::uint8_t>(engine_());
    }

  private:
    std::mutex mutex_;
    std::mt19937_64 engine_;
};

[[nodiscard]] inline Bytes some_bytes(std::size_t size, std::uint64_t seed = 1) {
    std::mt19937_64 engine(seed);
    Bytes bytes(size);
    for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(engine());
    return bytes;
}

template <class T>
T must(Result<T> result) {
    BOOST_REQUIRE_MESSAGE(result.has_value(), (result ? std::string() : result.error().message()));
    if constexpr (!std::is_void_v<T>) return std::move(*result);
}

inline constexpr Timestamp test_time{std::chrono::microseconds{1'795'500'000'000'000}};  // 2026-11

/// `disk` outlives it.
struct VaultOn {
    explicit VaultOn(RecordingDisk& disk, std::uint64_t seed = 7,
                     std::optional<vault::Journal::Shape> journal = {})
        : random(seed) {
        const SecretKey root;
        must(disk.make_directory("/keys"));
        const auto made = keyring::Keyring::create(disk, "/keys/keyring", root, random, test_time);
        BOOST_REQUIRE((made || made.error() == std::errc::file_exists));
        keys = must(keyring::Keyring::open(disk, "/keys/keyring", root, random));
        vault = must(vault::Vault::open(disk, "/store", *keys, random, journal));
    }

    [[nodiscard]] vault::Deposit deposit() const {
        return {.path = "/labs/biomed/in/result.hl7", .account = "biomed", .opened = test_time};
    }
    /// Written in one go, committed, and no longer staged.
    vault::Sealed store(ByteView content) {
        const auto upload = must(vault->begin(deposit()));
        must(upload->write(0, content));
        const auto sealed = must(vault->commit(*upload));
        must(vault->unstage(sealed.stream));
        return sealed;
    }

    SeededRandom random;
    std::unique_ptr<keyring::Keyring> keys;
    std::unique_ptr<vault::Vault> vault;
};

struct VaultFixture {
    RecordingDisk disk;
    VaultOn site{disk};
    vault::Vault& vault = *site.vault;

    [[nodiscard]] static Disk::Path vault_path(const Id& stream) {
        return Disk::Path("/store/vault") / stream.hex().substr(0, 2) / stream.hex();
    }
    [[nodiscard]] static Disk::Path staging_path(const Id& stream) {
        return Disk::Path("/store/staging") / stream.hex();
    }
};

/// Runs `check(cut, disk)` on what each power cut between `from` and the end of the log leaves.
template <class Check>
void after_each_power_cut(const RecordingDisk& disk, std::size_t from, Check check) {
    using Unsynced = RecordingDisk::Unsynced;
    constexpr std::uint64_t chances = 6;
    const std::size_t end = disk.log().size();
    for (std::size_t cut = from; cut <= end; ++cut) {
        check(cut, disk.after_power_cut(cut, Unsynced::lost));
        check(cut, disk.after_power_cut(cut, Unsynced::kept));
        for (std::uint64_t seed = 0; seed < chances; ++seed)
            check(cut, disk.after_power_cut(cut, Unsynced::by_chance, seed));
    }
}

/// All that comes out, read in order in pieces of `piece` bytes; an error where one comes.
[[nodiscard]] inline Result<Bytes> read_all(vault::SealedReader& reader,
                                            std::size_t piece = 100'000) {
    Bytes content;
    for (;;) {
        Bytes buffer(piece);
        const auto count = reader.read(content.size(), buffer);
        if (!count) return failure(count.error());
        if (*count == 0) return content;
        content.insert(content.end(), buffer.begin(),
                       buffer.begin() + static_cast<std::ptrdiff_t>(*count));
    }
}

[[nodiscard]] inline Result<Bytes> read_all(const vault::Vault& vault, const Id& stream,
                                            std::size_t piece = 100'000) {
    const auto reader = vault.open(stream);
    if (!reader) return failure(reader.error());
    return read_all(**reader, piece);
}

[[nodiscard]] inline Bytes read_all(vault::SealedUpload& upload) {
    Bytes content(upload.size_bytes() + 1);
    content.resize(must(upload.read(0, content)));
    return content;
}

}  // namespace consign::testing
