#include "admin/timestamps.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <iterator>

#include "admin/row_printer.hpp"
#include "admin/table.hpp"
#include "base/evp.hpp"
#include "base/rfc3161.hpp"
#include "desk/audit/checkpoint.hpp"
#include "desk/site/rfc3339.hpp"

namespace consign::admin {

namespace {

namespace json = boost::json;

std::string shown(const json::object& row, std::string_view field) {
    return safe_for_terminal(field_text(row, field));
}

json::object verified(rfc3161::Authorities& authorities, const json::object& kept) {
    const std::string row = field_text(kept, "row");
    const std::string text = field_text(kept, "checkpoint");
    const auto answer = evp::from_base64(field_text(kept, "answer"));
    const auto checkpoint = desk::from_checkpoint_text(text);
    const auto* const number = kept.if_contains("row");
    json::object found{{"row", number ? *number : json::value()}, {"holds", false}};
    if (!answer || !checkpoint || std::to_string(checkpoint->sequence) != row) {
        found.emplace("why", "its checkpoint was changed");
        return found;
    }
    const auto told = authorities.trusted(evp::sha256({as_bytes(text)}), *answer);
    if (!told) {
        found.emplace("why", told.error().message());
        // By its own word, so that it can be seen which authority's certificate is lacking.
        if (const auto itself = rfc3161::read(*answer))
            found.emplace("authority", itself->authority);
        return found;
    }
    found["holds"] = true;
    found.emplace("time", desk::rfc3339(told->time));
    found.emplace("authority", told->authority);
    return found;
}

bool holds(const json::value& one) {
    const auto* const said = one.as_object().if_contains("holds");
    return said != nullptr && *said == true;
}

void print_one(const json::object& one) {
    fmt::print("  rows up to {} existed at {}, by the word of {}\n", shown(one, "row"),
               shown(one, "time"), shown(one, "authority"));
}

}  // namespace

Outcome<json::array> verified_timestamps(Door& door, const std::string& authorities) {
    std::ifstream stream(authorities);
    if (!stream) return failed(fmt::format("{} cannot be read", authorities));
    const std::string pem(std::istreambuf_iterator<char>(stream), {});
    auto trusted = rfc3161::Authorities::from_pem(pem);
    if (!trusted)
        return failed(fmt::format("{} holds no certificates in PEM (-----BEGIN CERTIFICATE-----)",
                                  authorities));
    json::array timestamps;
    const auto answered = door.ask("audit.timestamps", {}, [&](const json::object& row) {
        timestamps.push_back(verified(*trusted, row));
    });
    if (!answered) return std::unexpected(answered.error());
    return timestamps;
}

void print_timestamps(const json::array& timestamps) {
    if (timestamps.empty()) return fmt::print("no checkpoint is stamped by an authority\n");
    const auto good = static_cast<std::size_t>(std::ranges::count_if(timestamps, holds));
    fmt::print("{} of {} time stamps hold\n", good, timestamps.size());
    const auto first = std::ranges::find_if(timestamps, holds);
    const auto last = std::find_if(timestamps.rbegin(), timestamps.rend(), holds);
    if (first != timestamps.end()) print_one(first->as_object());
    if (good > 2) fmt::print("  and {} between (--json has each)\n", good - 2);
    if (good > 1) print_one(last->as_object());
    for (const json::value& one : timestamps)
        if (!holds(one))
            fmt::print("  the time stamp of row {} does not hold: {}{}\n",
                       shown(one.as_object(), "row"), shown(one.as_object(), "why"),
                       one.as_object().contains("authority")
                           ? fmt::format(" (it names {})", shown(one.as_object(), "authority"))
                           : std::string());
}

Outcome<> all_hold(const json::array& timestamps) {
    const auto bad = std::ranges::find_if_not(timestamps, holds);
    if (bad == timestamps.end()) return {};
    return failed(fmt::format("the time stamp of row {} does not hold: {}",
                              shown(bad->as_object(), "row"), shown(bad->as_object(), "why")));
}

}  // namespace consign::admin
