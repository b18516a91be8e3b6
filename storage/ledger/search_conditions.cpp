#include "storage/ledger/search_conditions.hpp"

#include <algorithm>
#include <limits>
#include <map>
#include <string>
#include <utility>

#include "storage/database/sqlite.hpp"
#include "storage/ledger/event_columns.hpp"
#include "storage/ledger/query_text.hpp"

namespace consign::ledger {

namespace {

/// A path with more earlier paths than this is followed no further.
constexpr std::size_t earlier_paths_limit = 1000;

template <class T>
void in_order_once(std::vector<T>& values) {
    std::ranges::sort(values);
    const auto repeated = std::ranges::unique(values);
    values.erase(repeated.begin(), repeated.end());
}

}  // namespace

void Leads::put_in_order() {
    in_order_once(streams);
    in_order_once(sessions);
    in_order_once(rows);
}

bool Leads::lead_to(const database::Statement& query) const {
    return std::ranges::binary_search(streams, query.id(stream_column)) ||
           std::ranges::binary_search(sessions, query.id(session_column)) ||
           std::ranges::binary_search(rows, query.integer(sequence_column));
}

Result<Id> Conditions::stream_of(std::int64_t sequence) {
    auto query = connection_.query("SELECT stream FROM events WHERE sequence = ?", sequence);
    const auto found = query.next();
    if (!found) return failure(found.error());
    return *found ? query.id(0) : Id{};
}

Result<std::vector<Conditions::Was>> Conditions::earlier(const Was& was) {
    std::vector<Was> paths;
    for (std::size_t end = was.path.size(); end != std::string::npos && end > 0;
         end = was.path.rfind('/', end - 1)) {
        const auto folder = std::string_view(was.path).substr(0, end);
        const auto renames = index_.find(IndexField::moved_to, folder, gathered_limit);
        if (!renames) return failure(renames.error());
        for (const std::int64_t sequence : *renames) {
            if (sequence >= was.before) continue;
            auto query =
                connection_.query(QueryText(select_events).then(" WHERE sequence = ?"), sequence);
            const auto found = query.next();
            if (!found) return failure(found.error());
            if (!*found) continue;
            const auto row = reader_.row(query);
            if (!row) return failure(row.error());
            const Personal& personal = row->event.personal;
            if (personal.path.empty() || personal.second_path != folder) continue;
            paths.push_back({personal.path + was.path.substr(end), sequence});
        }
    }
    return paths;
}

Result<Leads> Conditions::by_path(std::string_view path) {
    Leads leads;
    std::vector<Was> to_follow{{std::string(path), std::numeric_limits<std::int64_t>::max()}};
    std::map<std::string, std::int64_t> followed;  // and up to which row
    while (!to_follow.empty() && followed.size() < earlier_paths_limit) {
        const Was was = std::move(to_follow.back());
        to_follow.pop_back();
        std::int64_t& known = followed[was.path];
        if (was.before <= known) continue;
        known = was.before;
        const auto names = index_.find(IndexField::name, was.path, gathered_limit);
        if (!names) return failure(names.error());
        for (const std::int64_t sequence : *names) {
            if (sequence >= was.before) continue;
            const auto stream = stream_of(sequence);
            if (!stream) return failure(stream.error());
            if (!stream->is_nil()) leads.streams.push_back(*stream);
        }
        const auto places = index_.find(IndexField::place, was.path, gathered_limit);
        if (!places) return failure(places.error());
        for (const std::int64_t sequence : *places)
            if (sequence < was.before) leads.rows.push_back(sequence);
        auto before = earlier(was);
        if (!before) return failure(before.error());
        std::ranges::move(*before, std::back_inserter(to_follow));
    }
    leads.put_in_order();
    return leads;
}

Result<Leads> Conditions::by_address(std::string_view address) {
    Leads leads;
    const auto sessions = index_.find(IndexField::session_address, address, gathered_limit);
    if (!sessions) return failure(sessions.error());
    for (const std::int64_t id : *sessions) {
        auto query = connection_.query("SELECT session FROM sessions WHERE id = ?", id);
        const auto found = query.next();
        if (!found) return failure(found.error());
        if (*found) leads.sessions.push_back(query.id(0));
    }
    auto rows = index_.find(IndexField::address, address, gathered_limit);
    if (!rows) return failure(rows.error());
    leads.rows = *std::move(rows);
    leads.put_in_order();
    return leads;
}

Result<Leads> Conditions::by_sha256(std::string_view sha256) {
    Leads leads;
    const auto rows = index_.find(IndexField::sha256, sha256, gathered_limit);
    if (!rows) return failure(rows.error());
    for (const std::int64_t sequence : *rows) {
        const auto stream = stream_of(sequence);
        if (!stream) return failure(stream.error());
        if (stream->is_nil())
            leads.rows.push_back(sequence);
        else
            leads.streams.push_back(*stream);
    }
    leads.put_in_order();
    return leads;
}

Result<std::vector<Leads>> Conditions::of(const EventFilter& filter) {
    std::vector<Leads> all;
    const auto add = [&all](Result<Leads> leads) -> Result<> {
        if (!leads) return failure(leads.error());
        all.push_back(*std::move(leads));
        return {};
    };
    if (filter.sha256)
        if (auto done = add(by_sha256(*filter.sha256)); !done) return failure(done.error());
    if (filter.path)
        if (auto done = add(by_path(*filter.path)); !done) return failure(done.error());
    if (filter.subject) {
        auto rows = index_.find(IndexField::subject, filter.subject->subject, gathered_limit);
        if (!rows) return failure(rows.error());
        Leads leads{.streams = filter.subject->streams, .rows = *std::move(rows)};
        leads.put_in_order();
        all.push_back(std::move(leads));
    }
    if (filter.address)
        if (auto done = add(by_address(*filter.address)); !done) return failure(done.error());
    return all;
}

}  // namespace consign::ledger
