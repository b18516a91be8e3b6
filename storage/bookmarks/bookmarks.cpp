#include "storage/bookmarks/bookmarks.hpp"

#include "storage/database/sqlite.hpp"

namespace consign::bookmarks {

Result<std::optional<std::int64_t>> Bookmarks::find(std::string_view name) {
    auto query = connection_.query("SELECT place FROM bookmarks WHERE name = ?", name);
    const auto row = query.next();
    if (!row) return failure(row.error());
    if (!*row) return std::nullopt;
    return query.integer(0);
}

Result<> Bookmarks::set(std::string_view name, std::int64_t place) {
    return connection_.run(
        "INSERT INTO bookmarks (name, place) VALUES (?, ?)"
        " ON CONFLICT (name) DO UPDATE SET place = excluded.place",
        name, place);
}

}  // namespace consign::bookmarks
