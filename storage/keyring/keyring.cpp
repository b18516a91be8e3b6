#include "storage/keyring/keyring.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <mutex>
#include <ranges>
#include <stdexcept>

namespace consign::keyring {

namespace {

std::chrono::year_month month_of(Timestamp time) {
    const std::chrono::year_month_day date(std::chrono::floor<std::chrono::days>(time));
    return date.year() / date.month();
}

std::string period_text(std::chrono::year_month month) {
    return fmt::format("{:04}-{:02}", int{month.year()}, unsigned{month.month()});
}

/// Appends a fresh key, wrapped under the root; the id is the file's next.
KeyId append_key(KeyringFile& file, const RootKeys& root, RandomSource& random, Purpose purpose,
                 std::string period, Timestamp now) {
    const KeyId id = file.next_id++;
    file.keys.push_back({.id = id,
                         .purpose = purpose,
                         .period = std::move(period),
                         .created = now,
                         .wrapped = evp::wrap_key(root.wrapping, random.key())});
    return id;
}

/// The old file's blocks are free, not gone: what stood there is overwritten, too.
Result<> blank(DiskFile& file) {
    const auto size = file.size_bytes();
    if (!size) return failure(size.error());
    if (auto done = file.write_at(0, Bytes(*size)); !done) return done;
    return file.sync();
}

}  // namespace

Keyring::Keyring(Disk& disk, Disk::Path path, const SecretKey& root, RandomSource& random)
    : disk_(disk), path_(std::move(path)), random_(random), root_(root) {}

Result<> Keyring::create(Disk& disk, const Disk::Path& path, const SecretKey& root,
                         RandomSource& random, Timestamp now) {
    if (disk.open(path, Disk::Access::read)) return failure(std::errc::file_exists);
    const RootKeys root_keys(root);
    KeyringFile file;
    for (const Purpose purpose : {Purpose::content, Purpose::name, Purpose::index})
        append_key(file, root_keys, random, purpose, "", now);
    append_key(file, root_keys, random, Purpose::ledger_period, period_text(month_of(now)), now);
    return replace_whole(disk, path, as_bytes(encode(file, root_keys)));
}

Result<std::unique_ptr<Keyring>> Keyring::open(Disk& disk, Disk::Path path, const SecretKey& root,
                                               RandomSource& random) {
    const auto text = read_whole(disk, path, KeyringFile::limit_bytes);
    if (!text) return failure(text.error());
    std::unique_ptr<Keyring> keyring(new Keyring(disk, std::move(path), root, random));
    auto file = decode(*text, keyring->root_);
    if (!file) return failure(file.error());
    for (const StoredKey& stored : file->keys) {
        if (stored.destroyed) continue;
        const auto secret = evp::unwrap_key(keyring->root_.wrapping, stored.wrapped);
        if (!secret) return failure(keyring_errc::damaged);
        keyring->secrets_.emplace(stored.id, *secret);
    }
    keyring->file_ = std::move(*file);
    for (const Purpose purpose : {Purpose::content, Purpose::name, Purpose::index})
        if (keyring->newest(purpose) == 0) return failure(keyring_errc::damaged);
    return keyring;
}

WrappedDek Keyring::wrap(const SecretKey& dek) const {
    const std::shared_lock lock(mutex_);
    const KeyId kek = newest(Purpose::content);
    return {kek, evp::wrap_key(secrets_.at(kek), dek)};
}

Result<SecretKey> Keyring::unwrap(const WrappedDek& wrapped) const {
    const auto kek = key(Purpose::content, wrapped.kek);
    if (!kek) return kek;
    const auto dek = evp::unwrap_key(*kek, wrapped.bytes);
    if (!dek) return failure(keyring_errc::refused);
    return dek;
}

KeyId Keyring::current(Purpose purpose) const {
    if (purpose == Purpose::ledger_period)
        throw std::logic_error("a ledger period's key is had by its month");
    const std::shared_lock lock(mutex_);
    return newest(purpose);
}

Result<SecretKey> Keyring::key(Purpose purpose, KeyId id) const {
    const std::shared_lock lock(mutex_);
    return find(purpose, id);
}

Result<KeyId> Keyring::period_key_for(Timestamp now) {
    const auto month = month_of(now);
    {
        const std::shared_lock lock(mutex_);
        if (last_period_.key != 0 && last_period_.month == month) return last_period_.key;
    }
    const std::unique_lock lock(mutex_);
    std::string period = period_text(month);
    KeyId id = 0;
    for (const StoredKey& stored : file_.keys)
        if (stored.purpose == Purpose::ledger_period && stored.period == period &&
            !stored.destroyed)
            id = stored.id;
    if (id == 0) {
        KeyringFile changed = file_;
        id = append_key(changed, root_, random_, Purpose::ledger_period, std::move(period), now);
        if (auto done = rewrite(std::move(changed)); !done) return failure(done.error());
    }
    last_period_ = {month, id};
    return id;
}

Result<> Keyring::destroy(KeyId id) {
    const std::unique_lock lock(mutex_);
    KeyringFile changed = file_;
    const auto stored = std::ranges::find(changed.keys, id, &StoredKey::id);
    if (stored == changed.keys.end()) return failure(keyring_errc::no_such_key);
    if (stored->destroyed) return {};
    if (stored->purpose != Purpose::ledger_period && newest(stored->purpose) == id)
        return failure(keyring_errc::in_use);
    stored->destroyed = true;
    stored->wrapped = {};
    auto before = disk_.open(path_, Disk::Access::read_write);
    if (!before) return failure(before.error());
    if (auto done = rewrite(std::move(changed)); !done) return done;
    return blank(**before);
}

/// The disk first: what memory knows is never ahead of it.
Result<> Keyring::rewrite(KeyringFile changed) {
    if (auto done = replace_whole(disk_, path_, as_bytes(encode(changed, root_))); !done)
        return done;
    file_ = std::move(changed);
    for (const StoredKey& stored : file_.keys) {
        if (stored.destroyed)
            secrets_.erase(stored.id);
        else if (!secrets_.contains(stored.id))
            secrets_.emplace(stored.id, *evp::unwrap_key(root_.wrapping, stored.wrapped));
    }
    if (!secrets_.contains(last_period_.key)) last_period_ = {};
    return {};
}

Result<SecretKey> Keyring::find(Purpose purpose, KeyId id) const {
    const auto stored = std::ranges::lower_bound(file_.keys, id, {}, &StoredKey::id);
    if (stored == file_.keys.end() || stored->id != id || stored->purpose != purpose ||
        stored->destroyed)
        return failure(keyring_errc::no_such_key);
    return secrets_.at(id);
}

KeyId Keyring::newest(Purpose purpose) const {
    for (const StoredKey& stored : file_.keys | std::views::reverse)
        if (stored.purpose == purpose && !stored.destroyed) return stored.id;
    return 0;
}

}  // namespace consign::keyring
