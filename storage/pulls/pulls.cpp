#include "storage/pulls/pulls.hpp"

#include <algorithm>
#include <vector>

#include "base/evp.hpp"
#include "storage/database/sqlite.hpp"

namespace consign::pulls {

Result<std::optional<Run>> Pulls::run(std::string_view pull) {
    auto query = connection_.query("SELECT last, told, begun FROM pull_runs WHERE pull = ?", pull);
    const auto row = query.next();
    if (!row) return failure(row.error());
    if (!*row) return std::nullopt;
    return Run{.last = query.time(0), .told = query.integer(1) != 0, .begun = query.id(2)};
}

Result<> Pulls::note_run(std::string_view pull, const Run& run) {
    return connection_.run(
        "INSERT INTO pull_runs (pull, last, told, begun) VALUES (?, ?, ?, ?)"
        " ON CONFLICT (pull) DO UPDATE SET last = excluded.last, told = excluded.told,"
        " begun = excluded.begun",
        pull, run.last, run.told, run.begun);
}

Result<NameIndex> Pulls::index_of(std::string_view pull, std::string_view name) const {
    const auto key = keys_.key(keyring::Purpose::index, keys_.current(keyring::Purpose::index));
    if (!key) return failure(key.error());
    Bytes head;
    ByteWriter(head).string(std::string_view("pull")).string(pull);
    const Digest32 digest = evp::hmac_sha256(*key, {head, as_bytes(name)});
    NameIndex index{};
    std::copy_n(digest.begin(), index.size(), index.begin());
    return index;
}

Result<std::optional<Fetched>> Pulls::fetched(std::string_view pull, const NameIndex& name) {
    auto query = connection_.query(
        "SELECT size_bytes, modified FROM pulled_files WHERE pull = ? AND name_index = ?", pull,
        ByteView(name));
    const auto row = query.next();
    if (!row) return failure(row.error());
    if (!*row) return std::nullopt;
    return Fetched{.size_bytes = query.natural(0), .modified = query.integer(1)};
}

Result<> Pulls::note_fetched(std::string_view pull, const NameIndex& name, const Fetched& fetched) {
    return connection_.run(
        "INSERT INTO pulled_files (pull, name_index, size_bytes, modified) VALUES (?, ?, ?, ?)"
        " ON CONFLICT (pull, name_index) DO UPDATE SET size_bytes = excluded.size_bytes,"
        " modified = excluded.modified",
        pull, ByteView(name), fetched.size_bytes, fetched.modified);
}

Result<> Pulls::forget(std::string_view pull, const NameIndex& name) {
    return connection_.run("DELETE FROM pulled_files WHERE pull = ? AND name_index = ?", pull,
                           ByteView(name));
}

Result<> Pulls::forget_others(std::string_view pull, const std::set<NameIndex>& names) {
    std::vector<NameIndex> gone;
    {
        auto query = connection_.query("SELECT name_index FROM pulled_files WHERE pull = ?", pull);
        for (;;) {
            const auto row = query.next();
            if (!row) return failure(row.error());
            if (!*row) break;
            NameIndex index{};
            if (const auto blob = query.blob(0); blob.size() == index.size())
                std::ranges::copy(blob, index.begin());
            if (!names.contains(index)) gone.push_back(index);
        }
    }
    for (const NameIndex& index : gone)
        if (auto done = forget(pull, index); !done) return done;
    return {};
}

}  // namespace consign::pulls
