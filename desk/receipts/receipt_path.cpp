#include "desk/receipts/receipt_path.hpp"

#include <fmt/chrono.h>

#include "desk/site/rfc3339.hpp"
#include "policy/decide.hpp"

namespace consign::desk {

namespace {

/// Only as receipt_day_name writes it.
std::optional<std::chrono::sys_days> day_named(std::string_view name) {
    const auto start = from_full_date(name);
    if (!start) return std::nullopt;
    const auto day = std::chrono::floor<std::chrono::days>(*start);
    if (receipt_day_name(day) != name) return std::nullopt;
    return day;
}

}  // namespace

std::string receipt_day_name(std::chrono::sys_days day) {
    return fmt::format("{:%F}", std::chrono::sys_seconds(day));
}

std::optional<ReceiptPath> receipt_path(const VirtualPath& path) {
    using Kind = ReceiptPath::Kind;
    if (!policy::receipts_folder().contains(path)) return std::nullopt;
    const auto below = policy::receipts_folder().relative(path);
    const auto segments = below.segments();
    if (segments.empty()) return ReceiptPath{.kind = Kind::top};
    if (segments.size() == 1 && segments[0] == receipts_readme_name)
        return ReceiptPath{.kind = Kind::readme};
    if (segments.size() == 1 && segments[0] == receipts_signers_name)
        return ReceiptPath{.kind = Kind::signers};
    const auto day = day_named(segments[0]);
    if (!day || segments.size() > 2) return ReceiptPath{};
    if (segments.size() == 1) return ReceiptPath{.kind = Kind::day, .day = *day};
    std::string_view id = segments[1];
    for (const auto& [suffix, kind] : {std::pair{receipt_signature_suffix, Kind::signature},
                                       std::pair{receipt_suffix, Kind::text}}) {
        if (!id.ends_with(suffix)) continue;
        id.remove_suffix(suffix.size());
        return ReceiptPath{.kind = kind, .day = *day, .id = std::string(id)};
    }
    return ReceiptPath{};
}

}  // namespace consign::desk
