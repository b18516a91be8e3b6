#include "storage/keyring/keyring.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <mutex>
#include <optional>
#include <ranges>
#include <stdexcept>

namespace consign::keyring {

namespace {

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

/// The blocks of a file that is removed are free, not gone: what stood there is overwritten.
Result<> blank(DiskFile& file) {
    const auto size = file.size_bytes();
    if (!size) return failure(size.error());
    if (auto done = file.write_at(0, Bytes(*size)); !done) return done;
    return file.sync();
}

Disk::Path beside(const Disk::Path& path, const char* ending) {
    Disk::Path name = path;
    name += ending;
    return name;
}

/// A former file, or one that never came to be, is blanked and removed; but where it is still the
/// file itself, under another name, it is only that name that goes.
Result<> remove_former(Disk& disk, const Disk::Path& former, const Disk::Path& present) {
    auto file = disk.open(former, Disk::Access::read_write);
    if (!file && file.error() == std::errc::no_such_file_or_directory) return {};
    if (!file) return failure(file.error());
    const auto old_text = read_whole(disk, former, KeyringFile::limit_bytes);
    if (!old_text) return failure(old_text.error());
    const auto text = read_whole(disk, present, KeyringFile::limit_bytes);
    if (!text) return failure(text.error());
    if (*old_text != *text) {
        // A crash may have come before the rename was durable: then the name still leads to the
        // former file on the disk.
        if (auto done = disk.sync_directory(present.parent_path()); !done) return done;
        if (auto done = blank(**file); !done) return done;
    }
    return disk.remove(former);
}

/// What a crash, or a failure, left beside the file.
Result<> remove_leftovers(Disk& disk, const Disk::Path& path) {
    for (const char* ending : {".old", ".new"})
        if (auto done = remove_former(disk, beside(path, ending), path); !done) return done;
    return {};
}

}  // namespace

std::chrono::year_month month_of(Timestamp time) {
    const std::chrono::year_month_day date(std::chrono::floor<std::chrono::days>(time));
    return date.year() / date.month();
}

Timestamp start_of(std::chrono::year_month month) {
    return std::chrono::sys_days(month / 1);
}

std::string period_text(std::chrono::year_month month) {
    return fmt::format("{:04}-{:02}", int{month.year()}, unsigned{month.month()});
}

std::optional<std::chrono::year_month> month_named(std::string_view text) {
    int year = 0;
    unsigned month = 0;
    const char* const end = text.data() + text.size();
    const auto [dash, bad_year] = std::from_chars(text.data(), end, year);
    if (bad_year != std::errc() || dash == end || *dash != '-') return std::nullopt;
    const auto [rest, bad_month] = std::from_chars(dash + 1, end, month);
    const std::chrono::year_month named{std::chrono::year(year), std::chrono::month(month)};
    if (bad_month != std::errc() || rest != end || !named.ok()) return std::nullopt;
    return named;
}

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

Result<std::unique_ptr<Keyring>> Keyring::read(Disk& disk, Disk::Path path, const SecretKey& root,
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

Result<std::unique_ptr<Keyring>> Keyring::open(Disk& disk, Disk::Path path, const SecretKey& root,
                                               RandomSource& random) {
    auto keyring = read(disk, std::move(path), root, random);
    if (!keyring) return keyring;
    if (auto done = remove_leftovers(disk, (*keyring)->path_); !done) return failure(done.error());
    return keyring;
}

Result<> Keyring::check(Disk& disk, const Disk::Path& path, const SecretKey& root,
                        RandomSource& random) {
    if (const auto keyring = read(disk, path, root, random); !keyring)
        return failure(keyring.error());
    return {};
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
    if (is_of_a_month(purpose)) throw std::logic_error("a ledger period's key is had by its month");
    const std::shared_lock lock(mutex_);
    return newest(purpose);
}

Result<SecretKey> Keyring::key(Purpose purpose, KeyId id) const {
    const std::shared_lock lock(mutex_);
    return find(purpose, id);
}

Keyring::Period& Keyring::last_period(Purpose purpose) {
    if (!is_of_a_month(purpose)) throw std::logic_error("a purpose that has no month's key");
    return last_periods_[purpose == Purpose::ledger_period ? 0 : 1];
}

Result<KeyId> Keyring::period_key_for(Timestamp now, Purpose purpose) {
    const auto month = month_of(now);
    {
        const std::shared_lock lock(mutex_);
        const Period& last = last_period(purpose);
        if (last.key != 0 && last.month == month) return last.key;
    }
    const std::unique_lock lock(mutex_);
    std::string period = period_text(month);
    KeyId id = 0;
    for (const StoredKey& stored : file_.keys)
        if (stored.purpose == purpose && stored.period == period && !stored.destroyed)
            id = stored.id;
    if (id == 0) {
        KeyringFile changed = file_;
        id = append_key(changed, root_, random_, purpose, std::move(period), now);
        if (auto done = rewrite(std::move(changed)); !done) return failure(done.error());
    }
    last_period(purpose) = {month, id};
    return id;
}

Result<SecretKey> Keyring::period_key(KeyId id) const {
    const std::shared_lock lock(mutex_);
    const auto access = find(Purpose::ledger_period, id);
    return access ? access : find(Purpose::file_trace, id);
}

std::vector<PeriodKey> Keyring::period_keys() const {
    const std::shared_lock lock(mutex_);
    std::vector<PeriodKey> keys;
    for (const StoredKey& stored : file_.keys) {
        if (!is_of_a_month(stored.purpose) || stored.destroyed) continue;
        if (const auto month = month_named(stored.period))
            keys.push_back({.id = stored.id, .purpose = stored.purpose, .month = *month});
    }
    return keys;
}

Result<> Keyring::destroy(KeyId id) {
    const std::unique_lock lock(mutex_);
    KeyringFile changed = file_;
    const auto stored = std::ranges::find(changed.keys, id, &StoredKey::id);
    if (stored == changed.keys.end()) return failure(keyring_errc::no_such_key);
    // What blanking left undone, the last time.
    if (stored->destroyed) return remove_leftovers(disk_, path_);
    if (!is_of_a_month(stored->purpose) && newest(stored->purpose) == id)
        return failure(keyring_errc::in_use);
    stored->destroyed = true;
    stored->wrapped = {};
    return rewrite(std::move(changed));
}

/// The disk first: what memory knows is never ahead of it. The former file keeps a name until it is
/// blanked: a crash before that leaves it to be found, and no key in blocks that nothing names.
Result<> Keyring::rewrite(KeyringFile changed) {
    if (auto done = remove_leftovers(disk_, path_); !done) return done;
    if (auto done = disk_.link(path_, beside(path_, ".old")); !done) return done;
    if (auto done = disk_.sync_directory(path_.parent_path()); !done) return done;
    if (auto done = replace_whole(disk_, path_, as_bytes(encode(changed, root_))); !done)
        return done;
    file_ = std::move(changed);
    for (const StoredKey& stored : file_.keys) {
        if (stored.destroyed)
            secrets_.erase(stored.id);
        else if (!secrets_.contains(stored.id))
            secrets_.emplace(stored.id, *evp::unwrap_key(root_.wrapping, stored.wrapped));
    }
    for (Period& last : last_periods_)
        if (!secrets_.contains(last.key)) last = {};
    return remove_leftovers(disk_, path_);
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
