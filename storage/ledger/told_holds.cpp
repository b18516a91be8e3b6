#include "storage/ledger/told_holds.hpp"

#include <charconv>
#include <optional>
#include <utility>

#include "storage/database/sqlite.hpp"

namespace consign::ledger {

namespace {

/// "hold N: WHAT", of hold_added and hold_lifted.
std::optional<std::pair<std::int64_t, std::string>> hold_in(std::string_view detail) {
    constexpr std::string_view mark = "hold ";
    if (!detail.starts_with(mark)) return std::nullopt;
    detail.remove_prefix(mark.size());
    std::int64_t number = 0;
    const auto read = std::from_chars(detail.data(), detail.data() + detail.size(), number);
    if (read.ec != std::errc()) return std::nullopt;
    detail.remove_prefix(static_cast<std::size_t>(read.ptr - detail.data()));
    if (!detail.starts_with(": ")) return std::nullopt;
    return std::pair(number, std::string(detail.substr(2)));
}

}  // namespace

void ToldHolds::read(std::int64_t row, const Event& event) {
    const bool is_added = event.action == Action::hold_added;
    if (event.outcome != Outcome::granted || !(is_added || event.action == Action::hold_lifted))
        return;
    auto hold = hold_in(event.detail);
    if (!hold) return;
    const auto known = binding_.find(hold->first);
    if (known != binding_.end()) {
        // No number is given twice.
        if (is_added) masked_.push_back(known->second.row);
        binding_.erase(known);
    }
    if (is_added)
        binding_.emplace(hold->first,
                         Told{.row = row, .what = std::move(hold->second), .stream = event.stream});
}

Result<std::vector<std::int64_t>> ToldHolds::missing(database::Connection& connection) const {
    auto missing = masked_;
    for (const auto& [number, told] : binding_) {
        auto query = connection.query(
            "SELECT CASE WHEN h.file IS NOT NULL THEN 'file' WHEN h.subject IS NOT NULL THEN"
            " 'subject' ELSE 'account ' || coalesce(h.account, '') END, f.stream"
            " FROM holds h LEFT JOIN files f ON f.id = h.file WHERE h.id = ? AND h.lifted IS NULL",
            number);
        const auto is_there = query.next();
        if (!is_there) return failure(is_there.error());
        // A file that is gone is told of by its destruction.
        const bool binds_it = *is_there && query.text(0) == told.what &&
                              (query.is_null(1) || query.id(1) == told.stream);
        if (!binds_it) missing.push_back(told.row);
    }
    return missing;
}

}  // namespace consign::ledger
