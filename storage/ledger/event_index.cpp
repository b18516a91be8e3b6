#include "storage/ledger/event_index.hpp"

#include <algorithm>
#include <functional>
#include <iterator>
#include <optional>

#include "base/evp.hpp"
#include "storage/database/rows.hpp"
#include "storage/database/sqlite.hpp"
#include "storage/keyring/errc.hpp"
#include "storage/ledger/event_columns.hpp"
#include "storage/ledger/event_row.hpp"
#include "storage/ledger/query_text.hpp"
#include "storage/ledger/session_columns.hpp"

namespace consign::ledger {

namespace {

using keyring::KeyId;

/// Bookmarks of what an older version wrote: rows up to there have no entries yet.
constexpr std::string_view events_to_index = "events_to_index";
constexpr std::string_view sessions_to_index = "sessions_to_index";

std::string_view name_of(IndexField field) {
    switch (field) {
        case IndexField::name:
            return "name";
        case IndexField::place:
            return "place";
        case IndexField::moved_to:
            return "moved to";
        case IndexField::sha256:
            return "sha256";
        case IndexField::address:
            return "address";
        case IndexField::subject:
            return "subject";
        case IndexField::session_address:
            return "session address";
    }
    return {};
}

/// Rows about a file that came, or was named, by another row: that one is found.
bool is_about_what_is_known(Action action) {
    switch (action) {
        case Action::opened_for_reading:
        case Action::retrieval_ended:
        case Action::upload_opened:
        case Action::routed:
        case Action::renamed:
        case Action::removed:
        case Action::attributes_set:
        case Action::hashed:
        case Action::stat_refused:
        case Action::request_refused:
        case Action::scanned:
        case Action::destroyed:
        case Action::expired:
        case Action::hidden_once_collected:
        case Action::archived_once_collected:
        case Action::name_ended_once_collected:
        case Action::delivery_begun:
        case Action::delivered:
            return true;
        default:
            return false;
    }
}

}  // namespace

SecretKey index_key(const SecretKey& period_key) {
    return evp::hkdf_sha256(period_key, {}, "consign ledger index v1");
}

IndexToken index_token(const SecretKey& key, IndexField field, std::string_view value) {
    const std::array<std::uint8_t, 1> end{0};
    const Digest32 digest = evp::hmac_sha256(key, {as_bytes(name_of(field)), end, as_bytes(value)});
    IndexToken token{};
    std::copy_n(digest.begin(), token.size(), token.begin());
    return token;
}

std::vector<IndexEntry> index_entries(const Event& event) {
    const Personal& personal = event.personal;
    std::vector<IndexEntry> entries;
    const auto add = [&entries](IndexField field, const std::string& value) {
        const IndexEntry entry{field, value};
        if (!value.empty() && std::ranges::find(entries, entry) == entries.end())
            entries.push_back(entry);
    };
    const bool is_about_file = !event.stream.is_nil();
    const bool is_known = is_about_file && is_about_what_is_known(event.action);
    const bool is_done = event.outcome == Outcome::granted;
    if (!is_known) add(is_about_file ? IndexField::name : IndexField::place, personal.path);
    // Where a file will lie at a partner's is told once more when it does.
    if (event.action != Action::delivery_begun)
        add(is_about_file && is_done ? IndexField::name : IndexField::place, personal.second_path);
    if (!is_about_file && is_done && event.action == Action::renamed)
        add(IndexField::moved_to, personal.second_path);
    if (!is_known) add(IndexField::sha256, personal.sha256);
    // A refusal may tell the address of somebody else, who came into a session's data port.
    if (event.session.is_nil() || event.action == Action::request_refused)
        add(IndexField::address, personal.address);
    add(IndexField::subject, personal.subject);
    return entries;
}

Result<const SecretKey*> EventIndex::key_of(KeyId period) {
    const auto key = keys_.period_key(period);
    if (!key) {
        derived_.erase(period);
        return failure(key.error());
    }
    auto known = derived_.find(period);
    if (known == derived_.end()) known = derived_.emplace(period, index_key(*key)).first;
    return &known->second;
}

Result<> EventIndex::insert(KeyId period, const IndexEntry& entry, std::int64_t row) {
    const auto key = key_of(period);
    if (!key) return failure(key.error());
    return connection_.run(
        "INSERT OR IGNORE INTO event_index (period, token, sequence) VALUES (?, ?, ?)",
        std::int64_t{period}, ByteView(index_token(**key, entry.field, entry.value)), row);
}

Result<bool> EventIndex::has(KeyId period, const IndexEntry& entry, std::int64_t row) {
    const auto key = key_of(period);
    if (!key) return failure(key.error());
    auto query = connection_.query(
        "SELECT 1 FROM event_index WHERE period = ? AND token = ? AND sequence = ?",
        std::int64_t{period}, ByteView(index_token(**key, entry.field, entry.value)), row);
    return query.next();
}

Result<> EventIndex::add(KeyId period, std::int64_t sequence, const Event& event) {
    for (const IndexEntry& entry : index_entries(event))
        if (auto done = insert(period, entry, sequence); !done) return done;
    return {};
}

// Sessions have numbers of their own: theirs stand below zero.
Result<> EventIndex::add_session(KeyId period, std::int64_t id, std::string_view address) {
    if (address.empty()) return {};
    return insert(period, {IndexField::session_address, address}, -id);
}

Result<> EventIndex::remove(KeyId period, std::int64_t sequence, const Event& event) {
    const auto key = key_of(period);
    if (!key && key.error() != keyring::keyring_errc::no_such_key) return failure(key.error());
    // To look for them would go through all of the period. They are worth nothing without its key,
    // and go with it.
    if (!key || event.personal == Personal{}) return {};
    for (const IndexEntry& entry : index_entries(event))
        if (auto done = connection_.run(
                "DELETE FROM event_index WHERE period = ? AND token = ? AND sequence = ?",
                std::int64_t{period}, ByteView(index_token(**key, entry.field, entry.value)),
                sequence);
            !done)
            return done;
    return {};
}

Result<bool> EventIndex::drop_gone(std::size_t limit) {
    const auto with_entries = periods();
    if (!with_entries) return failure(with_entries.error());
    const auto gone = std::ranges::find_if(
        *with_entries, [this](KeyId period) { return !keys_.period_key(period).has_value(); });
    if (gone == with_entries->end()) return false;
    derived_.erase(*gone);
    if (auto done = connection_.run(
            "DELETE FROM event_index WHERE (period, token, sequence) IN"
            " (SELECT period, token, sequence FROM event_index WHERE period = ? LIMIT ?)",
            std::int64_t{*gone}, std::uint64_t{limit});
        !done)
        return failure(done.error());
    return true;
}

// Those that have entries, one step of the index each.
Result<std::vector<KeyId>> EventIndex::periods() {
    return database::rows_of(
        connection_.query(
            "WITH RECURSIVE periods (period) AS (SELECT min(period) FROM event_index UNION ALL"
            " SELECT (SELECT min(e.period) FROM event_index e WHERE e.period > p.period)"
            " FROM periods p WHERE p.period IS NOT NULL)"
            " SELECT period FROM periods WHERE period IS NOT NULL"),
        [](const database::Statement& row) { return static_cast<KeyId>(row.integer(0)); });
}

Result<std::vector<std::int64_t>> EventIndex::find(IndexField field, std::string_view value,
                                                   std::size_t limit) {
    const bool is_session = field == IndexField::session_address;
    std::vector<std::int64_t> rows;
    const auto known = periods();
    if (!known) return failure(known.error());
    for (const KeyId period : *known) {
        const auto key = key_of(period);
        if (!key && key.error() == keyring::keyring_errc::no_such_key) continue;
        if (!key) return failure(key.error());
        auto query = connection_.query(
            is_session ? "SELECT sequence FROM event_index WHERE period = ? AND token = ?"
                         " ORDER BY sequence LIMIT ?"
                       : "SELECT sequence FROM event_index WHERE period = ? AND token = ?"
                         " ORDER BY sequence DESC LIMIT ?",
            std::int64_t{period}, ByteView(index_token(**key, field, value)), std::uint64_t{limit});
        for (;;) {
            const auto more = query.next();
            if (!more) return failure(more.error());
            if (!*more) break;
            rows.push_back(is_session ? -query.integer(0) : query.integer(0));
        }
    }
    std::ranges::sort(rows, std::greater());
    return rows;
}

Result<> EventIndex::catch_up_event(EventReader& reader, std::int64_t sequence) {
    auto query = connection_.query(QueryText(select_events).then(" WHERE sequence = ?"), sequence);
    const auto found = query.next();
    if (!found) return failure(found.error());
    if (!*found || query.is_null(personal_column)) return {};
    const auto row = reader.row(query);
    if (!row) return failure(row.error());
    if (!row->personal_readable) return {};
    return add(database::key_of_cell(query.blob(personal_column)), sequence, row->event);
}

Result<> EventIndex::catch_up_session(database::SealedCells& cells, std::int64_t id) {
    auto query = connection_.query("SELECT address FROM sessions WHERE id = ?", id);
    const auto found = query.next();
    if (!found) return failure(found.error());
    if (!*found) return {};
    const auto address = cells.open(address_cell(id), query.blob(0));
    if (!address) return {};
    return add_session(database::key_of_cell(query.blob(0)), id, as_text(*address));
}

Result<std::int64_t> EventIndex::bookmark(std::string_view name) {
    auto query = connection_.query("SELECT place FROM bookmarks WHERE name = ?", name);
    const auto found = query.next();
    if (!found) return failure(found.error());
    return *found ? query.integer(0) : 0;
}

Result<EventIndex::Left> EventIndex::left_to_index() {
    const auto events = bookmark(events_to_index);
    if (!events) return failure(events.error());
    const auto sessions = bookmark(sessions_to_index);
    if (!sessions) return failure(sessions.error());
    return Left{.events = *events, .sessions = *sessions};
}

Result<> EventIndex::index_anew() {
    if (auto done =
            connection_.run("INSERT OR REPLACE INTO bookmarks (name, place)"
                            " SELECT ?, max(sequence) FROM events HAVING max(sequence) IS NOT NULL",
                            events_to_index);
        !done)
        return done;
    return connection_.run(
        "INSERT OR REPLACE INTO bookmarks (name, place)"
        " SELECT ?, max(id) FROM sessions HAVING max(id) IS NOT NULL",
        sessions_to_index);
}

Result<bool> EventIndex::catch_up(RandomSource& random, std::size_t rows) {
    EventReader reader(keys_, random);
    database::SealedCells cells(keys_, keyring::Purpose::ledger_period, random);
    for (const auto& [name, of_events] :
         {std::pair(events_to_index, true), std::pair(sessions_to_index, false)}) {
        const auto last = bookmark(name);
        if (!last) return failure(last.error());
        if (*last <= 0) continue;
        const std::int64_t stop =
            *last > static_cast<std::int64_t>(rows) ? *last - static_cast<std::int64_t>(rows) : 0;
        for (std::int64_t row = *last; row > stop; --row)
            if (auto done = of_events ? catch_up_event(reader, row) : catch_up_session(cells, row);
                !done)
                return failure(done.error());
        if (auto done =
                connection_.run("UPDATE bookmarks SET place = ? WHERE name = ?", stop, name);
            !done)
            return failure(done.error());
        return true;
    }
    return false;
}

}  // namespace consign::ledger
